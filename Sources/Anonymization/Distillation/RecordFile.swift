import Diagnostics
import Files
import Foundation

/// A JSONL file whose lines are made in the same order by every run, and which a run that was killed may have begun.
///
/// Lines that are there already are compared and not written again. A line is on the disk on return. One task at a time
/// may use it.
final class RecordFile {
    private let file: PosixFile
    private let path: String
    /// What stood in the file when it was opened; empty once a line has been added.
    private var existing: [UInt8]
    private var position = 0

    /// Opens a file or makes it; a last line that a killed run has left unfinished is dropped.
    ///
    /// - Throws: `InputError(.tryAgain)` where it can be neither opened nor made.
    init(_ url: URL) throws(InputError) {
        path = url.path
        file = try PosixFile(appendingToAndReading: url)
        existing = try file.contents()
        let wholeCount = existing.lastIndex(of: newline).map { $0 + 1 } ?? 0
        if wholeCount < existing.count {
            try file.truncate(to: wholeCount)
            existing.removeSubrange(wholeCount...)
        }
    }

    /// The whole lines that were there when the file was opened.
    var existingCount: Int { existing.reduce(0) { $1 == newline ? $0 + 1 : $0 } }

    /// Adds the next line.
    ///
    /// - Throws: `InputError`: `.data` where another line stands in its place, `.tryAgain` where it cannot be written.
    func append(_ line: String) throws(InputError) {
        let bytes = Array(line.utf8) + [newline]
        if position < existing.count {
            guard existing[position...].starts(with: bytes) else { throw foreignRecord }
            position += bytes.count
        } else {
            try file.append(bytes)
            try file.synchronize()
            existing = []
            position = 0
        }
    }

    /// Says that all lines have been added.
    ///
    /// - Throws: `InputError(.data)` where the file holds more.
    func finish() throws(InputError) {
        if position < existing.count { throw foreignRecord }
    }

    private var foreignRecord: InputError {
        InputError(
            .data, at: path, "expected the records of this run, found others; name another output_dir to keep them")
    }
}

private let newline = UInt8(ascii: "\n")
