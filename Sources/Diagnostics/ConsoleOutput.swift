import Foundation

/// The process's own output streams.
package enum ConsoleOutput {
    /// What a pipe takes in one piece, whatever other processes write to it, and without making the writer wait where there
    /// is any room.
    private static let pieceByteCount = 4096

    /// Writes a text, until nobody makes room for a piece of it within a second: a reader that went away or stands still is no
    /// reason to end a run, nor to keep it from ending.
    package static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        var end = ContinuousClock.now + .seconds(1)
        while !rest.isEmpty {
            var output = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let left = max(0, (end - .now) / .milliseconds(1))
            let ready = poll(&output, 1, Int32(left.rounded(.up)))
            if ready < 0, errno == EINTR { continue }
            guard ready == 1 else { return }
            let count = rest.prefix(pieceByteCount).withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
                end = .now + .seconds(1)
            } else if ![EINTR, EAGAIN].contains(errno) || .now >= end {
                return
            }
        }
    }

    /// Writes why a process ends to standard error, in its one line.
    package static func writeError(_ message: String) {
        write("error: \(message.split(whereSeparator: \.isNewline).joined(separator: " "))\n", to: STDERR_FILENO)
    }
}
