import Diagnostics
import Files

/// Reads the rows of a JSONL file one line at a time: one JSON object a line, UTF-8, blank lines passed over.
public struct DatasetReader: Sendable {
    /// The file, as errors name it.
    public let path: String

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
        try LineReader(path: path, kind: "a JSONL file").forEachJSON { json, number throws(InputError) in
            rowCount += 1
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
}
