import Diagnostics
import Foundation

/// Reads a text file line by line; never more than one line is held at a time.
package struct LineReader: Sendable {
    /// The file, as errors name it.
    package let path: String
    /// What errors call such a file, such as "a JSONL file".
    private let kind: String

    private static let chunkSize = 1 << 20

    package init(path: String, kind: String) {
        self.path = path
        self.kind = kind
    }

    /// Calls `body` with every line, without its newline, and its 1-based number.
    ///
    /// - Throws: `InputError` with `.missingFile` where there is no such file, `.data` where it cannot be read; and what
    ///   `body` throws.
    package func forEachLine(
        _ body: (_ line: [UInt8], _ number: Int) throws(InputError) -> Void
    ) throws(InputError) {
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

    /// Calls `body` with the JSON value of every line that is not blank.
    ///
    /// - Throws: as `forEachLine` does, and `InputError(.data)` at `file:line` for a line that is not UTF-8 or not JSON.
    package func forEachJSON(
        _ body: (_ value: JSONValue, _ number: Int) throws(InputError) -> Void
    ) throws(InputError) {
        try forEachLine { line, number throws(InputError) in
            guard line.contains(where: { !Self.isBlank($0) }) else { return }
            try body(try JSONValue(parsing: line, file: path, firstLine: number, exitCode: .data), number)
        }
    }

    private func open() throws(InputError) -> FileHandle {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw InputError(.missingFile, at: path, "expected \(kind), found no such file")
        }
        guard !isFolder.boolValue else { throw InputError(.data, at: path, "expected \(kind), found a folder") }
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
