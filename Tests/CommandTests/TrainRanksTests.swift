import Foundation
import TestSupport
import Testing

@Suite("train on several ranks", .serialized)
struct TrainRanksTests {
    /// The values of an adapter file, float32, and the metrics of its run.
    struct Result {
        let adapter: [Float]
        let bytes: Data
        let metrics: [[String: Double]]

        init(_ output: URL) throws {
            bytes = try TrainFolder.adapter(output)
            let header = bytes.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
            adapter = bytes.dropFirst(8 + header).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            metrics = try TrainFolder.reproducible(output)
        }

        /// The largest relative difference of a loss, a gradient norm or any other metric but the number of tokens that were
        /// computed: ranks that divide rows with a common beginning both compute it.
        func metricDifference(to other: Result, where isMeant: (String) -> Bool = { _ in true }) -> Double {
            guard metrics.map({ Set($0.keys) }) == other.metrics.map({ Set($0.keys) }) else { return .infinity }
            return zip(metrics, other.metrics).flatMap { one, other in
                one.filter { $0.key != "tokens_computed" && isMeant($0.key) }.map {
                    abs($1 - other[$0]!) / max(1e-3, abs($1))
                }
            }.max() ?? .infinity
        }

        /// The norm of the difference of the adapters over that of one of them.
        func adapterDifference(to other: Result) -> Double {
            guard adapter.count == other.adapter.count else { return .infinity }
            let squares = zip(adapter, other.adapter).map { pair in
                ((Double(pair.0) - Double(pair.1)) * (Double(pair.0) - Double(pair.1)), Double(pair.0) * Double(pair.0))
            }
            return (squares.reduce(0) { $0 + $1.0 } / squares.reduce(0) { $0 + $1.1 }).squareRoot()
        }
    }

    private func run(
        _ folder: TrainFolder, _ settings: [String], ranks: Int?, to name: String, _ more: [String] = []
    ) throws -> Result {
        let output = folder.path(name)
        let outcome = try TrainProcess.run(folder.arguments(settings, output: output, more), ranks: ranks)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try Result(output)
    }

    @Test(
        "losses, gradient norms and the adapter do not depend on the number of ranks, and equal runs give equal bytes")
    func equality() throws {
        let folder = try TrainFolder("plain")
        // Uneven rows, a short last step of each epoch, and dropout.
        let settings = [
            "training.max_steps=5", "training.per_device_train_batch_size=3", "data.shuffle=true", "data.packing=true",
            "lora.lora_dropout=0.1", "training.weight_decay=0.1", "training.eval_steps=3",
        ]
        let alone = try run(folder, settings, ranks: nil, to: "alone")
        for ranks in 1...4 {
            let result = try run(folder, settings, ranks: ranks, to: "\(ranks)")
            #expect(result.metricDifference(to: alone) <= 1e-6, "\(ranks) ranks")
            #expect(result.adapterDifference(to: alone) <= 1e-6, "\(ranks) ranks")
        }
        let again = try run(folder, settings, ranks: 3, to: "again")
        #expect(try again.bytes == TrainFolder.adapter(folder.path("3")))
        #expect(try again.metrics == TrainFolder.reproducible(folder.path("3")))
    }

    @Test("a run goes on exactly on as many ranks, and to 1e-6 on another number of them")
    func resume() throws {
        let folder = try TrainFolder("plain")
        let settings = ["training.lr_scheduler_type=constant", "data.shuffle=true", "training.eval_steps=3"]
        let straight = try run(folder, settings + ["training.max_steps=6"], ranks: 2, to: "straight")
        _ = try run(folder, settings + ["training.max_steps=3"], ranks: 2, to: "2")
        for other in ["3", "alone"] {
            try FileManager.default.copyItem(at: folder.path("2"), to: folder.path(other))
        }
        for (name, ranks) in [("2", 2), ("3", 3), ("alone", nil)] {
            let resumed = try run(
                folder, settings + ["training.max_steps=6"], ranks: ranks, to: name, ["--resume"])
            #expect(resumed.metricDifference(to: straight) <= 1e-6, "\(name)")
            #expect(resumed.adapterDifference(to: straight) <= 1e-6, "\(name)")
            if ranks == 2 { #expect(resumed.bytes == straight.bytes && resumed.metrics == straight.metrics) }
        }
    }

    @Test("preference training has margins of 0 and a loss of ln 2 in its first step on any number of ranks")
    func preferences() throws {
        let folder = try TrainFolder("dpo")
        let settings = ["training.max_steps=4", "data.packing=true", "training.eval_steps=2"]
        let alone = try run(folder, settings, ranks: nil, to: "alone")
        for ranks in [2, 3] {
            let result = try run(folder, settings, ranks: ranks, to: "\(ranks)")
            let first = try #require(result.metrics.first { $0["loss"] != nil })
            #expect(first["rewards/margins"] == 0 && abs(first["loss"]! - log(2)) < 1e-7)
            #expect(result.metrics[0]["eval_rewards/margins"] == 0)
            // Rewards are small differences of log-probabilities, and have more of their rounding.
            #expect(result.metricDifference(to: alone) { $0.contains("rewards/") } <= 1e-3)
            #expect(result.metricDifference(to: alone) { !$0.contains("rewards/") } <= 1e-5)
            #expect(result.adapterDifference(to: alone) <= 1e-6)
        }
    }

    @Test("ranks without a row take part, and gradients may be sent in bfloat16")
    func fewRows() throws {
        let folder = try TrainFolder("plain")
        let settings = [
            "training.max_steps=4", "training.per_device_train_batch_size=1", "training.gradient_accumulation_steps=2",
            "data.eval=null",
        ]
        let alone = try run(folder, settings, ranks: nil, to: "alone")
        let exact = try run(folder, settings, ranks: 3, to: "exact")
        #expect(exact.metricDifference(to: alone) <= 1e-6 && exact.adapterDifference(to: alone) <= 1e-6)
        let rounded = try run(folder, settings + ["training.gradient_dtype=bfloat16"], ranks: 3, to: "rounded")
        let difference = rounded.adapterDifference(to: alone)
        #expect(difference > 1e-6 && difference < 1e-2)
        #expect(rounded.metricDifference(to: alone) < 1e-2)
    }

    @Test("a warning to mpirun stops all ranks at one step, with a checkpoint to go on from")
    func warning() throws {
        let folder = try TrainFolder("plain")
        let settings = ["data.eval=null", "training.max_steps=100000", "training.save_steps=100000"]
        let process = try TrainProcess(folder.arguments(settings), ranks: 2)
        try TrainFolder.waitForMetrics(3, in: folder.output)
        // This one mpirun passes on. After SIGTERM it gives its processes a fixed time, which no test can know to be enough.
        process.send(SIGUSR1)
        let outcome = try process.wait()
        #expect(outcome.status == 0)
        let line = try #require(outcome.outputLines.first { $0.hasPrefix("stopped at step ") }, "\(outcome.errors)")
        let step = try #require(TrainFolder.metrics(folder.output).last?["step"] as? Int)
        #expect(line.hasPrefix("stopped at step \(step); "))
        let checkpoint = folder.output.appendingPathComponent("checkpoint-\(step).h5")
        #expect(FileManager.default.fileExists(atPath: checkpoint.path))

        let more = ["data.eval=null", "training.max_steps=\(step + 2)"]
        let resumed = try TrainProcess.run(folder.arguments(more, ["--resume"]), ranks: 2)
        #expect(resumed.status == 0)
        #expect(resumed.outputLines.contains("resuming from \(checkpoint.path) at step \(step)"))
    }

    @Test("SIGTERM to one of the ranks stops all of them at one step", arguments: [0, 1])
    func terminatedRank(rank: Int) throws {
        let folder = try TrainFolder("plain")
        let settings = ["data.eval=null", "training.max_steps=100000", "training.save_steps=100000"]
        let process = try TrainProcess(folder.arguments(settings), ranks: 2)
        try TrainFolder.waitForMetrics(3, in: folder.output)
        process.send(SIGTERM, toChild: rank)
        let outcome = try process.wait()
        #expect(outcome.status == 0 && !outcome.errors.contains("error:"), "\(outcome.errors)")
        #expect(outcome.outputLines.filter { $0.hasPrefix("stopped at step ") }.count == 1)
    }

    @Test("what is wrong on all ranks is said once")
    func errors() throws {
        let folder = try TrainFolder("plain")
        let wrong = try TrainProcess.run(folder.arguments(["data.train=/nowhere.jsonl"]), ranks: 2)
        #expect(wrong.status == 66)
        #expect(wrong.errorLines.filter { $0.hasPrefix("error:") }.count == 1)
        #expect(wrong.errors.contains("error: /nowhere.jsonl"))
    }
}
