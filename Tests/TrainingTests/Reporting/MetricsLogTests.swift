import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@testable import Training

private func record(_ step: Int, loss: Double = 2.5, evalLoss: Double? = nil) -> MetricsRecord {
    MetricsRecord(
        step: step, epoch: Double(step) / 4,
        training: .init(
            loss: loss, gradNorm: 0.5, learningRate: 2e-4, numLossTokens: 7, numTokens: 20, tokensComputed: 15,
            tokensPerSecond: 163.25, peakMemoryBytes: 1 << 30),
        evaluation: evalLoss.map { ObjectiveMeasures(loss: $0) })
}

@Suite("Metrics log")
struct MetricsLogTests {
    private func withLog(_ body: (MetricsLog) throws -> Void) throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(MetricsLog(path: folder.path + "/metrics.jsonl"))
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(left.allSatisfy { $0 == "metrics.jsonl" }, "left behind: \(left)")
    }

    private func text(_ log: MetricsLog) throws -> String { try String(contentsOfFile: log.path, encoding: .utf8) }

    @Test("a record has the documented keys in the documented order")
    func keys() {
        #expect(
            record(3).json
                == #"{"step": 3, "epoch": 0.75, "loss": 2.5, "grad_norm": 0.5, "learning_rate": 0.0002, "#
                + #""num_loss_tokens": 7, "num_tokens": 20, "tokens_computed": 15, "tokens_per_second": 163.25, "#
                + #""peak_memory_bytes": 1073741824}"#)
        var preference = record(3, evalLoss: 1.5)
        preference.preference = .init(
            chosenReward: 1, rejectedReward: 2, rewardMargin: 3, rewardAccuracy: 0.4, chosenLogProbability: -5,
            rejectedLogProbability: -6)
        #expect(
            preference.json
                == record(3).json.dropLast()
                + #", "rewards/chosen": 1, "rewards/rejected": 2, "rewards/margins": 3, "rewards/accuracies": 0.4, "#
                + #""logps/chosen": -5, "logps/rejected": -6, "eval_loss": 1.5}"#)
        #expect(
            MetricsRecord(step: 0, epoch: 0, evaluation: ObjectiveMeasures(loss: 3.25)).json
                == #"{"step": 0, "epoch": 0, "eval_loss": 3.25}"#)
        #expect(
            MetricsRecord(
                step: 0, epoch: 0, evaluation: ObjectiveMeasures(loss: 3.25, preference: preference.preference)
            ).json
                == #"{"step": 0, "epoch": 0, "eval_loss": 3.25, "eval_rewards/chosen": 1, "eval_rewards/rejected": 2, "#
                + #""eval_rewards/margins": 3, "eval_rewards/accuracies": 0.4, "eval_logps/chosen": -5, "#
                + #""eval_logps/rejected": -6}"#)
    }

    @Test("losses read back as the same bits", arguments: [0.1 + 0.2, Double(Float(2.3)), 1e-300, 6.567050933837891])
    func roundTrip(loss: Double) throws {
        let json = try JSONValue(parsing: Array(record(1, loss: loss).json.utf8), file: "m", exitCode: .data)
        #expect(json["loss"]?.double?.bitPattern == loss.bitPattern)
    }

    @Test("a value that is not finite leaves valid JSON", arguments: [Double.nan, .infinity, -.infinity])
    func nonFinite(loss: Double) throws {
        let json = try JSONValue(parsing: Array(record(1, loss: loss).json.utf8), file: "m", exitCode: .data)
        #expect(json["loss"]?.isNull == true)
        let foundation = try JSONSerialization.jsonObject(with: Data(record(1, loss: loss).json.utf8))
        #expect((foundation as? [String: Any])?["loss"] is NSNull)
    }

    @Test("records are appended one a line, also to what was there")
    func append() throws {
        try withLog { log in
            try log.append(record(1))
            try log.append(record(2))
            try MetricsLog(path: log.path).append(record(3))
            #expect(try text(log) == (1...3).map { record($0).json + "\n" }.joined())
        }
    }

    @Test("on resume everything after the checkpoint's step goes, and nothing else")
    func drop() throws {
        try withLog { log in
            try log.drop(after: 5)
            #expect(!FileManager.default.fileExists(atPath: log.path))
            for step in 0...4 { try log.append(record(step)) }
            let whole = try text(log)
            try log.drop(after: 4)
            #expect(try text(log) == whole)
            try log.drop(after: 2)
            #expect(try text(log) == (0...2).map { record($0).json + "\n" }.joined())
            try log.append(record(3))
            try log.append(record(4))
            #expect(try text(log) == whole)
            try log.drop(after: -1)
            #expect(try text(log) == "")
        }
    }

    @Test("a last line that was never finished goes, at whatever byte it was cut")
    func unfinished() throws {
        try withLog { log in
            let first = record(1).json + "\n"
            let second = record(2).json
            for length in 0...second.count {
                try (first + second.prefix(length)).write(toFile: log.path, atomically: false, encoding: .utf8)
                try log.drop(after: 2)
                #expect(try text(log) == (length == second.count ? first + second + "\n" : first))
            }
            try (first + second).write(toFile: log.path, atomically: false, encoding: .utf8)
            try log.drop(after: 1)
            #expect(try text(log) == first)
        }
    }

    @Test("a line that no run has written is refused and the file untouched")
    func foreign() throws {
        for (line, message) in [
            ("hello", "not valid JSON: expected a value, found 'h'"),
            ("{\"loss\": 1}", "expected a record with a step, found an object"),
            ("", "not valid JSON: expected a value, found the end of the text"),
        ] {
            try withLog { log in
                let content = record(1).json + "\n" + line + "\n" + record(9).json + "\n"
                try content.write(toFile: log.path, atomically: false, encoding: .utf8)
                #expect(throws: InputError(.data, at: log.path + ":2", message)) { try log.drop(after: 2) }
                #expect(try text(log) == content)
            }
        }
    }

    @Test("records that cannot be written are kept, and written before the next, in order")
    func waiting() throws {
        try withLog { log in
            let folder = URL(fileURLWithPath: log.path).deletingLastPathComponent().appendingPathComponent("gone")
            let inside = MetricsLog(path: folder.path + "/metrics.jsonl")
            defer { try? FileManager.default.removeItem(at: folder) }
            for step in 1...2 { #expect(throws: InputError.self) { try inside.append(record(step)) } }
            #expect(throws: InputError.self) { try inside.flush() }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            try inside.append(record(3))
            #expect(try text(inside) == (1...3).map { record($0).json + "\n" }.joined())
            try FileManager.default.removeItem(at: folder)
            #expect(throws: InputError.self) { try inside.append(record(4)) }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            try inside.flush()
            #expect(try text(inside) == record(4).json + "\n")
        }
    }

    /// A limit on file sizes stands in for a full disk.
    @Test("what a full disk takes of a line does not stay in the middle of the file", arguments: [1, 30, 200])
    func torn(room: Int) async throws {
        await #expect(processExitsWith: .success) { [room] in
            let folder = try Fixtures.temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let log = MetricsLog(path: folder.path + "/metrics.jsonl")
            try log.append(record(1))
            let line = record(1).json.utf8.count + 1
            signal(SIGXFSZ, SIG_IGN)
            var limits = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
            let unlimited = limits.rlim_cur
            limits.rlim_cur = UInt(line + room)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
            let error = #expect(throws: InputError.self) { try log.append(record(2)) }
            limits.rlim_cur = unlimited
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
            #expect(error == InputError(.tryAgain, at: log.path, "could not be written: File too large"))
            #expect(try String(contentsOfFile: log.path, encoding: .utf8) == record(1).json + "\n")
            try log.append(record(3))
            #expect(
                try String(contentsOfFile: log.path, encoding: .utf8) == (1...3).map { record($0).json + "\n" }.joined()
            )
        }
    }

    @Test("a file that cannot be written ends in an error that names it")
    func unwritable() throws {
        try withLog { log in
            let inside = MetricsLog(path: log.path + "/no/metrics.jsonl")
            #expect(
                throws: InputError(.tryAgain, at: inside.path, "could not be written: No such file or directory")
            ) {
                try inside.append(record(1))
            }
        }
    }
}
