import Foundation
import Synchronization

/// Whether the process has been asked to stop: Ctrl-C, SIGTERM, or the warning (SIGUSR1) that schedulers can be told to
/// give before a job's time is over. The step that runs is finished and saved first.
public enum StopSignal {
    private static let numbers = [SIGINT, SIGTERM, SIGUSR1]
    private static let received = Atomic<Int32>(0)

    /// The signal that has come; nil where none has.
    public static var signal: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Begins to take the signals; a second one ends the process at once, but for SIGUSR1, which schedulers repeat.
    public static func listen() {
        // A process started from a thread that blocks signals inherits that, and would never see these.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in numbers { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        for number in numbers {
            Foundation.signal(number) { number in
                StopSignal.received.store(number, ordering: .relaxed)
                Foundation.signal(number, number == SIGUSR1 ? SIG_IGN : SIG_DFL)
            }
        }
    }
}
