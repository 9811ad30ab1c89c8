import Diagnostics
import Foundation

extension ProgressReporter {
    /// Where progress is shown.
    public enum Output: Sendable {
        case standardOutput
        /// Where standard output is for a result that other programs may read.
        case standardError
    }
}

extension ProgressReporter.Output {
    private var descriptor: Int32 { self == .standardOutput ? STDOUT_FILENO : STDERR_FILENO }

    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// The process's own streams, terminal and clock.
    var surroundings: ProgressReporter.Surroundings {
        let descriptor = descriptor
        return ProgressReporter.Surroundings(
            // mpirun does not read while it waits for its processes to end after a signal.
            writeOutput: { ConsoleOutput.write($0, to: descriptor) },
            writeWarning: { ConsoleOutput.write($0, to: STDERR_FILENO) },
            width: {
                var size = winsize()
                return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
            },
            now: { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 })
    }
}
