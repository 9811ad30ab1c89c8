import Diagnostics
import Files
import Foundation

/// The file `metrics.jsonl`: one JSON object for every logged step, in order.
public struct MetricsLog: Sendable {
    /// The file.
    public let path: String

    /// - Parameter path: the file; it is made with the first record.
    public init(path: String) {
        self.path = path
    }

    /// Adds a record at the end.
    ///
    /// - Throws: `InputError(.tryAgain)` where the file cannot be written.
    public func append(_ record: MetricsRecord) throws(InputError) {
        try PosixFile(appendingTo: URL(fileURLWithPath: path)).append(Array((record.json + "\n").utf8))
    }

    /// Drops what was logged after a step, so that a run that goes on from there logs those steps again.
    ///
    /// A last line that a killed process left unfinished is dropped too; one that lacks no more than its newline gets
    /// it. The file changes all at once or not at all.
    ///
    /// - Parameter step: the last step to keep.
    /// - Throws: `InputError`: `.data` at `file:line` for a line that no run has written, `.tryAgain` where the file
    ///   cannot be read or written. The file is untouched then.
    public func drop(after step: Int) throws(InputError) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw InputError(.tryAgain, at: path, "the file cannot be read: \(error.localizedDescription)")
        }
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let unterminated = lines.removeLast()
        var kept: [UInt8] = []
        for (index, line) in lines.enumerated() where try self.step(of: line, line: index + 1) <= step {
            kept += line + [0x0A]
        }
        if let last = try? self.step(of: unterminated, line: lines.count + 1), last <= step {
            kept += unterminated + [0x0A]
        }
        if kept != bytes { try AtomicFile.write(kept, to: path) }
    }

    private func step(of line: ArraySlice<UInt8>, line number: Int) throws(InputError) -> Int {
        let record = try JSONValue(parsing: Array(line), file: path, firstLine: number, exitCode: .data)
        guard let step = record["step"]?.integer else {
            throw InputError(.data, at: "\(path):\(number)", "expected a record with a step, found \(record.summary)")
        }
        return step
    }
}
