import Diagnostics
import Files
import Foundation

/// Reads the rows of a JSONL file one line at a time: one JSON object a line, UTF-8, blank lines passed over.
public struct DatasetReader: Sendable {
    /// The file, as errors name it.
    public let path: String

    private static let chunkSize = 1 << 20

    /// - Parameter path: a JSONL file.
    public init(path: String) {
        self.path = path
    }

    /// Calls `body` with every row and the 1-based number of its line; never more than one line is held at a time.
    ///
    /// - Throws: `InputError`: `.missingFile` where there is no such file; `.data` at `file:line` for a line that is
    ///   not UTF-8, not JSON or not a row, and for a file without rows; and what `body` throws.
    public func forEachRow(_ body: (_ row: DatasetRow, _ line: Int) throws(InputError) -> Void) throws(InputError) {
        var rowCount = 0
        try forEachLine { line, number throws(InputError) in
            guard line.contains(where: { !Self.isBlank($0) }) else { return }
            rowCount += 1
            let json = try JSONValue(parsing: line, file: path, firstLine: number, exitCode: .data)
            try body(DatasetRow(json, place: "\(path):\(number)"), number)
        }
        guard rowCount > 0 else {
            throw InputError(.data, at: path, "expected one JSON object a line, found a file without rows")
        }
    }

    /// Every row with the 1-based number of its line.
    ///
    /// - Throws: as `forEachRow(_:)` does.
    public func rows() throws(InputError) -> [(row: DatasetRow, line: Int)] {
        var rows: [(row: DatasetRow, line: Int)] = []
        try forEachRow { row, line throws(InputError) in rows.append((row, line)) }
        return rows
    }

    private func forEachLine(_ body: (_ line: [UInt8], _ number: Int) throws(InputError) -> Void) throws(InputError) {
        let file = try open()
        defer { try? file.close() }
        var number = 1
        var line: [UInt8] = []
        while let chunk = try nextChunk(of: file) {
            var rest = chunk[...]
            while let newline = Self.firstNewline(in: rest) {
                line.append(contentsOf: rest[..<newline])
                try body(line, number)
                line.removeAll(keepingCapacity: true)
                number += 1
                rest = rest[(newline + 1)...]
            }
            line.append(contentsOf: rest)
        }
        if !line.isEmpty { try body(line, number) }
    }

    private func open() throws(InputError) -> FileHandle {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw InputError(.missingFile, at: path, "expected a JSONL file, found no such file")
        }
        guard !isFolder.boolValue else { throw InputError(.data, at: path, "expected a JSONL file, found a folder") }
        do {
            return try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw InputError(.data, at: path, "the file cannot be read: \(error.localizedDescription)")
        }
    }

    private func nextChunk(of file: FileHandle) throws(InputError) -> [UInt8]? {
        do {
            guard let data = try file.read(upToCount: Self.chunkSize), !data.isEmpty else { return nil }
            return Array(data)
        } catch {
            throw InputError(.data, at: path, "the file cannot be read: \(error.localizedDescription)")
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    private static func firstNewline(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress, let found = memchr(start, 0x0A, buffer.count) else { return nil }
            return bytes.startIndex + (UnsafeRawPointer(found) - start)
        }
    }
}
