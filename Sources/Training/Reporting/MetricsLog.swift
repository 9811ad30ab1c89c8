import Diagnostics
import Files
import Foundation
import Synchronization

/// The file `metrics.jsonl`: one JSON object for every logged step, in order.
///
/// A record that cannot be written is kept in memory and written before the next one.
public final class MetricsLog: Sendable {
    /// The file.
    public let path: String

    private let state = Mutex(State())

    private struct State {
        /// Lines that are not in the file yet.
        var waiting: [UInt8] = []
        /// Bytes of whole lines, where a line has been written in part and could not be taken back.
        var wholeByteCount: Int?
    }

    /// - Parameter path: the file; it is made with the first record.
    public init(path: String) {
        self.path = path
    }

    /// Adds a record at the end.
    ///
    /// - Throws: `InputError(.tryAgain)` where the file cannot be written; the record is kept then.
    public func append(_ record: MetricsRecord) throws(InputError) {
        try state.withLock { state throws(InputError) in
            state.waiting += Array((record.json + "\n").utf8)
            try write(&state)
        }
    }

    /// Writes records that are still waiting, and returns when all are on the disk.
    ///
    /// - Throws: `InputError(.tryAgain)` where the file cannot be written; the records are kept then.
    public func flush() throws(InputError) {
        try state.withLock { state throws(InputError) in
            if !state.waiting.isEmpty { try write(&state) }
        }
        // Not while it is locked: a step that is logged meanwhile need not wait for the disk.
        guard FileManager.default.fileExists(atPath: path) else { return }
        try PosixFile(updating: URL(fileURLWithPath: path)).synchronize()
    }

    private func write(_ state: inout State) throws(InputError) {
        let file = try PosixFile(appendingTo: URL(fileURLWithPath: path))
        let byteCount = try file.byteCount()
        let end = min(byteCount, state.wholeByteCount ?? byteCount)
        if end < byteCount { try file.truncate(to: end) }
        state.wholeByteCount = end
        do {
            try file.append(state.waiting)
        } catch {
            // What could be written of a full disk's last line would stand in the middle of the file later.
            if (try? file.truncate(to: end)) != nil { state.wholeByteCount = nil }
            throw error
        }
        state = State()
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
