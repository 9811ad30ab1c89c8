import Diagnostics
import Foundation

/// A file that records are only ever added to, and that survives the end of its process at any moment.
///
/// Every line is a record after its digest. A record is on the disk when `append` returns; one that a kill or a power
/// cut has torn is dropped when the journal is next opened, and nothing else ever is. One process at a time may have a
/// journal open; within it, one task at a time may use it.
package final class Journal {
    private let file: PosixFile
    private let path: String
    /// The bytes of whole records.
    private var byteCount = 0

    /// Opens a journal, or begins one.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - body: is handed every record in order, with its line number.
    /// - Throws: `InputError`: `.tryAgain` where another process has it open or it cannot be read or written; `.data`
    ///   at `file:line` for damage that no crash leaves behind; what `body` throws.
    package init(_ url: URL, _ body: (ArraySlice<UInt8>, _ line: Int) throws(InputError) -> Void) throws(InputError) {
        path = url.path
        file = try PosixFile(appendingToAndReading: url)
        try file.lock()
        let bytes = try file.contents()
        byteCount = try Self.readRecords(bytes, path: path, body)
        if byteCount < bytes.count { try file.truncate(to: byteCount) }
        try PosixFile(folder: url.deletingLastPathComponent()).synchronize()
    }

    /// Adds a record; it is on the disk on return.
    ///
    /// - Parameter record: UTF-8 without a line end.
    /// - Throws: `InputError(.tryAgain)`; the journal is then as it was.
    package func append(_ record: [UInt8]) throws(InputError) {
        require(!record.contains(newline), "Journal: a record with a line end in it")
        let line = Array(Digest.of(bytes: record).utf8) + [blank] + record + [newline]
        do {
            try file.append(line)
            try file.synchronize()
        } catch {
            try file.truncate(to: byteCount)
            throw error
        }
        byteCount += line.count
    }

    /// Hands over the whole records; returns the bytes they take.
    private static func readRecords(
        _ bytes: [UInt8], path: String, _ body: (ArraySlice<UInt8>, Int) throws(InputError) -> Void
    ) throws(InputError) -> Int {
        var (position, line) = (0, 0)
        var wholeByteCount = 0
        var damagedLine: Int?
        while let end = bytes[position...].firstIndex(of: newline) {
            line += 1
            if let record = record(of: bytes[position..<end]) {
                if let damagedLine {
                    throw InputError(
                        .data, at: "\(path):\(damagedLine)", "expected a whole record, found a damaged one")
                }
                try body(record, line)
                wholeByteCount = end + 1
            } else if damagedLine == nil {
                damagedLine = line
            }
            position = end + 1
        }
        return wholeByteCount
    }

    /// The record of a line; nil where it is not what was written.
    private static func record(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let digest = line.prefix(32)
        let record = line.dropFirst(33)
        guard line.count > 33, line[line.startIndex + 32] == blank,
            digest.elementsEqual(Digest.of(bytes: Array(record)).utf8)
        else { return nil }
        return record
    }
}

private let newline = UInt8(ascii: "\n")
private let blank = UInt8(ascii: " ")
