import Foundation

/// Standard error.
package enum ErrorOutput {
    /// Writes in one piece, whatever other processes write there, unless nobody makes room for it within a second: a reader
    /// that went away or stands still is no reason to end a run, nor to keep it from ending.
    package static func write(_ text: String) {
        var output = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        guard poll(&output, 1, 1000) == 1 else { return }
        var text = text
        text.withUTF8 { _ = Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Writes why a process ends, in its one line.
    package static func writeError(_ message: String) {
        write("error: \(message.split(whereSeparator: \.isNewline).joined(separator: " "))\n")
    }
}
