import Foundation
import Synchronization

/// Whether the process has been asked to stop (Ctrl-C, SIGTERM, or SIGUSR1, with which schedulers warn): the step that runs is
/// finished and saved first.
public enum StopSignal {
    private static let signals = [SIGINT, SIGTERM, SIGUSR1]
    private static let received = Atomic<Int32>(0)

    /// The signal that has come; nil where none has.
    public static var signal: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Begins to take the signals; a second one ends the process at once.
    public static func listen() {
        // A process started from a thread that blocks signals inherits that, and would never see these.
        var set = sigset_t()
        sigemptyset(&set)
        for number in signals { sigaddset(&set, number) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        for number in signals {
            Foundation.signal(number) { number in
                StopSignal.received.store(number, ordering: .relaxed)
                Foundation.signal(number, SIG_DFL)
            }
        }
    }

}
