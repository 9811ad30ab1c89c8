import Diagnostics
import Foundation

/// The process's standard output, for what a command is asked to print.
public enum StandardOutput {
    /// Nobody reads standard output any more.
    public struct ReaderIsGone: Error {}

    /// Writes text at once, so that it is seen as it comes.
    ///
    /// - Throws: ``ReaderIsGone``, or `InputError` with `.tryAgain`, above all where it leads to a full disk.
    public static func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                let count = Foundation.write(STDOUT_FILENO, bytes.baseAddress! + done, bytes.count - done)
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EPIPE { throw ReaderIsGone() }
                guard count > 0 else {
                    throw InputError(
                        .tryAgain, at: "standard output", "cannot be written: \(String(cString: strerror(errno)))")
                }
                done += count
            }
        }
    }

    /// Writes a line.
    ///
    /// - Throws: as ``write(_:)``.
    public static func writeLine(_ line: String) throws { try write(line + "\n") }
}
