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
            // A reader that went away is no reason to end a run that saves its results on disk, nor one that stands still:
            // mpirun does not read while it waits for its processes to end after a signal.
            writeOutput: { text in
                var output = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&output, 1, 1000) == 1 else { return }
                let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
                try? file.write(contentsOf: Data(text.utf8))
            },
            writeWarning: { ErrorOutput.write($0) },
            width: {
                var size = winsize()
                return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
            },
            now: { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 })
    }
}
