import Foundation
import TestSupport
import Testing

@Suite("train on several ranks, of which one fails", .serialized)
struct RankFailureTests {
    private static let host: String = {
        var name = utsname()
        uname(&name)
        return withUnsafeBytes(of: name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }()

    /// Steps without end, saved now and then.
    private static let endless = ["data.eval=null", "training.max_steps=100000", "training.save_steps=4"]

    private func errors(_ outcome: TrainProcess.Outcome) -> [String] {
        outcome.errorLines.filter { $0.hasPrefix("error:") }
    }

    /// Goes on from the last checkpoint, which has to be whole.
    private func resume(_ folder: TrainFolder) throws {
        let logged = try #require(TrainFolder.metrics(folder.output).last?["step"] as? Int)
        let settings = ["data.eval=null", "training.max_steps=\(logged + 2)"]
        let outcome = try TrainProcess.run(folder.arguments(settings, ["--resume"]), ranks: 2)
        #expect(outcome.status == 0 && errors(outcome) == [], "\(outcome.errors)")
        #expect(!outcome.output.contains("from the beginning"))
        #expect(try TrainFolder.metrics(folder.output).last?["step"] as? Int == logged + 2)
    }

    @Test(
        "a rank that stops is named by another, all end with 75, and the run goes on from its checkpoint",
        arguments: [0, 1])
    func stopped(rank: Int) throws {
        let folder = try TrainFolder()
        let process = try TrainProcess(
            folder.arguments(Self.endless), environment: ["SIGNET_SILENCE_LIMIT": "6"], ranks: 2)
        try TrainFolder.waitForMetrics(6, in: folder.output)
        let ranks = try process.ranks()
        kill(try #require(ranks[rank]), SIGSTOP)
        let outcome = try process.wait()
        #expect(outcome.status == 75, "\(outcome.errors)")
        let messages = errors(outcome)
        #expect(messages.count == 1, "\(messages)")
        #expect(messages.first?.hasPrefix("error: rank \(rank) on \(Self.host) has been silent for 6 s") == true)
        #expect(messages.first?.contains("; the run ends after step ") == true)
        #expect(messages.first?.contains("resume with: mpirun -n 2 ") == true)
        for identifier in ranks.values { #expect(hasEnded(identifier), "a rank is left") }
        try resume(folder)
    }

    @Test("a rank that lives but computes nothing in the middle of a step says so itself, and all end with 75")
    func hung() throws {
        let process = try TrainProcess(
            [], environment: ["SIGNET_SILENCE_LIMIT": "4"], program: "rankprobe", ranks: 3)
        let outcome = try process.wait()
        #expect(outcome.status == 75, "\(outcome.errors)")
        #expect(
            errors(outcome) == [
                "error: rank 2 on \(Self.host): has computed nothing for 4 s, where all ranks compute; the probe ends"
            ])
    }

    @Test("a rank that is killed takes the others along, and the run goes on from its checkpoint")
    func killed() throws {
        let folder = try TrainFolder()
        let process = try TrainProcess(
            folder.arguments(Self.endless), environment: ["SIGNET_SILENCE_LIMIT": "6"], ranks: 3)
        try TrainFolder.waitForMetrics(6, in: folder.output)
        let ranks = try process.ranks()
        kill(try #require(ranks[1]), SIGKILL)
        let outcome = try process.wait()
        #expect(outcome.status != 0)
        #expect(errors(outcome).count <= 1, "\(outcome.errors)")
        #expect(outcome.errors.contains("rank 1"))
        for identifier in ranks.values { #expect(hasEnded(identifier), "a rank is left") }
        try resume(folder)
    }

    @Test("ranks with different settings stop before the first step, the difference named once")
    func settings() throws {
        let folder = try TrainFolder()
        let other = folder.arguments(["training.learning_rate=0.5", "training.seed=3"])
        let train = ProgramRun.executables.appendingPathComponent("train").path
        let outcome = try TrainProcess.run(folder.arguments() + [":", "-n", "1", train] + other, ranks: 1)
        #expect(outcome.status == 78)
        #expect(
            errors(outcome) == [
                "error: rank 1 on \(Self.host): expected the config of rank 0 on \(Self.host): "
                    + "training.learning_rate 0.002, found 0.5; training.seed 0, found 3"
            ])
        #expect(!FileManager.default.fileExists(atPath: folder.output.path))
    }

    /// Runs one rank in each of two folders that hold the model and the rows, after one of them has been changed.
    private func outcome(changing change: (URL) throws -> Void) throws -> TrainProcess.Outcome {
        let folder = try TrainFolder("plain")
        let folders = ["a", "b"].map(folder.path)
        for copy in folders {
            try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
            for name in ["model", "train.jsonl"] {
                try FileManager.default.copyItem(
                    at: Fixtures.golden("plain/\(name)", target: "TrainingTests"),
                    to: copy.appendingPathComponent(name))
            }
        }
        try change(folders[1])
        let here = "/proc/self/cwd"
        let settings = ["model.path=\(here)/model", "data.train=\(here)/train.jsonl", "data.eval=null"]
        let outcome = try TrainProcess(folder.arguments(settings), rankFolders: folders).wait()
        #expect(!FileManager.default.fileExists(atPath: folder.output.path))
        return outcome
    }

    @Test(
        "ranks with other rows, another model or without a file stop before the first step, the difference named once")
    func files() throws {
        let rank = "rank 1 on \(Self.host)"
        let rows = try outcome { folder in
            let file = folder.appendingPathComponent("train.jsonl")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            try Data((lines + lines[..<1]).joined(separator: "\n").utf8).write(to: file)
        }
        #expect(rows.status == 65 && errors(rows).count == 1)
        #expect(rows.errors.contains("error: \(rank): data.train: expected what rank 0 on \(Self.host) has (digest "))

        let model = try outcome { folder in
            let file = folder.appendingPathComponent("model/model.safetensors")
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: file)
        }
        #expect(model.status == 65 && errors(model).count == 1)
        #expect(model.errors.contains("error: \(rank): model.path: expected what rank 0"))

        let missing = try outcome { try FileManager.default.removeItem(at: $0.appendingPathComponent("train.jsonl")) }
        #expect(missing.status == 66 && errors(missing).count == 1)
        #expect(missing.errors.contains("error: \(rank): /proc/self/cwd/train.jsonl"))
    }

    @Test("the plan has a line for each host, and the launcher is held to the ranks it was to place")
    func placement() throws {
        let folder = try TrainFolder()
        let plan = try TrainProcess.run(folder.arguments([], ["--dry-run", "--ranks-per-host", "2"]), ranks: 2)
        #expect(plan.status == 0, "\(plan.errors)")
        let line = try #require(plan.outputLines.first { $0.hasPrefix("hosts ") })
        #expect(line.contains(" \(Self.host): ranks 0-1, ") && line.contains(" each on processor"))
        let refused = try TrainProcess.run(folder.arguments([], ["--dry-run", "--ranks-per-host", "3"]), ranks: 2)
        #expect(refused.status == 64)
        #expect(errors(refused).count == 1)
        #expect(
            refused.errors.contains("error: --ranks-per-host: expected 3 ranks on every host, found 2 on \(Self.host)"))
    }

    @Test(
        "where memory cannot be shared each rank holds the weights itself, which is said once, and results are the same"
    )
    func unshared() throws {
        let folder = try TrainFolder()
        let settings = ["training.max_steps=3", "data.eval=null"]
        let shared = folder.path("shared")
        let alike = try TrainProcess.run(folder.arguments(settings, output: shared), ranks: 2)
        #expect(alike.status == 0 && !alike.errors.contains("warning"), "\(alike.errors)")
        let own = folder.path("own")
        let outcome = try TrainProcess(
            folder.arguments(settings, output: own), environment: ["SIGNET_SHARED_MEMORY": "0"], ranks: 2
        ).wait()
        #expect(outcome.status == 0)
        let warnings = outcome.errorLines.filter { $0.hasPrefix("warning:") }
        #expect(warnings.count == 1 && warnings[0].contains("each of the 2 ranks on \(Self.host) holds "))
        #expect(try TrainFolder.adapter(own) == TrainFolder.adapter(shared))
    }

    /// Whether a process ends, some minutes from now at most.
    private func hasEnded(_ identifier: pid_t) -> Bool {
        for _ in 0..<60_000 {
            if !TrainProcess.isRunning(identifier) { return true }
            usleep(2000)
        }
        return false
    }
}
