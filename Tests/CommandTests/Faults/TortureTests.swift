import Foundation
import TestSupport
import Testing

@Suite("Checkpoints under torture")
struct TortureTests {
    /// Set by `Tests/torture.sh`: every fault at every call. Else kills at every call of the last save that changes
    /// something.
    private static let table = ProcessInfo.processInfo.environment["SIGNET_TORTURE_TABLE"]

    /// Faults that end the process.
    @Test(
        "killed at any system call, a run leaves a whole checkpoint, and goes on from it to the same bytes",
        arguments: table == nil ? ["kill"] : ["kill", "torn", "powercut"])
    func killed(fault: String) throws {
        let folder = try TortureFolder()
        let calls = try folder.calls(fault)
        let points = Self.table == nil ? try Self.lastSave(calls) : Array(calls.indices)
        let results = try points.map { call in
            let result = try folder.run(FaultInjection(fault: fault, call: call + 1))
            #expect(result.outcome.status == nil, "\(fault) at \(calls[call])")
            #expect(result.repeatedSteps <= 2)
            return result
        }
        try Self.note(fault, results)
    }

    /// The calls of the last save that change something.
    private static func lastSave(_ calls: [String]) throws -> [Int] {
        let changing = ["write", "pwrite", "fsync", "rename", "unlink"]
        let before = try #require(calls.lastIndex { $0.contains("checkpoint-2.h5") && $0.hasPrefix("rename") })
        return calls.indices.filter { call in
            call > before && changing.contains { calls[call].hasPrefix("\($0) ") }
        }
    }

    /// A call that fails once: the run goes on, or says what is wrong before its first step.
    @Test(
        "where any system call fails, a run goes on to the same bytes or ends with one clear line",
        .enabled(if: table != nil),
        arguments: ["ENOSPC", "EDQUOT", "EIO", "EROFS", "EACCES", "EINTR", "short"])
    func failing(fault: String) throws {
        let folder = try TortureFolder()
        let calls = try folder.calls(fault)
        let results = try calls.indices.map { call in
            let result = try folder.run(FaultInjection(fault: fault, call: call + 1))
            Self.expectClearEnd(result.outcome, "\(fault) at \(calls[call])")
            return result
        }
        try Self.note("\(fault), once", results)
    }

    /// A disk that refuses from some call on, for good.
    @Test(
        "a disk that refuses for good ends a run with an error that names the checkpoint before it",
        .enabled(if: table != nil), arguments: ["ENOSPC", "EROFS", "EIO"])
    func refusing(fault: String) throws {
        let folder = try TortureFolder()
        let calls = try folder.calls(fault)
        let results = try stride(from: 0, to: calls.count, by: max(1, calls.count / 8)).map { call in
            let result = try folder.run(FaultInjection(fault: fault, call: call + 1, count: .max))
            Self.expectClearEnd(result.outcome, "\(fault) from \(calls[call]) on")
            // Before the new checkpoint has its name the last save is lost; behind that it may go well.
            let isSaved = calls[..<call].contains { $0.hasPrefix("rename") && $0.contains("checkpoint-3.h5") }
            #expect(isSaved || result.outcome.status != 0, "\(fault) from \(calls[call]) on")
            return result
        }
        try Self.note("\(fault), for good", results)
    }

    private static func expectClearEnd(_ outcome: TrainProcess.Outcome, _ comment: Comment) {
        let errors = outcome.errorLines.filter { $0.hasPrefix("error: ") }
        #expect(errors.count == (outcome.status == 0 ? 0 : 1), "\(comment): \(outcome)")
        #expect(errors.count == 0 || outcome.errorLines.last == errors.last, "\(comment): \(outcome)")
        #expect(outcome.errorLines.allSatisfy { $0.hasPrefix("error: ") || $0.hasPrefix("warning: ") }, comment)
        // What cannot be read at the start may be damaged; else only the disk is in the way.
        #expect([0, 65, 75].contains(outcome.status), "\(comment): \(outcome)")
    }

    /// Adds a row to the table of `Tests/torture.sh`.
    private static func note(_ fault: String, _ results: [TortureFolder.Result]) throws {
        guard let table else { return }
        try TortureTable(path: table).add(
            fault, injected: results.count, ended: results.count { $0.outcome.status != 0 },
            repeatedSteps: results.map(\.repeatedSteps).max() ?? 0, seconds: results.map(\.recoverySeconds))
    }
}
