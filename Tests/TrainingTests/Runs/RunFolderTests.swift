import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("The output folder of a run")
struct RunFolderTests {
    private func configuration(
        _ output: URL, _ change: (inout TrainConfiguration) throws -> Void = { _ in }
    ) throws -> TrainConfiguration {
        try GoldenCase(name: "nf4").configuration(output: output) {
            $0.data.packing = true
            $0.training.maxSteps = 4
            $0.training.saveSteps = 1
            $0.training.saveTotalLimit = 2
            try change(&$0)
        }
    }

    private func entries(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("holds the config, the metrics, the newest checkpoints and the adapter, nothing else")
    func contents() throws {
        try withFolder { folder in
            let configuration = try configuration(folder)
            let output = try train(configuration)
            #expect(
                try entries(folder) == [
                    "adapter", "checkpoint-3.h5", "checkpoint-4.h5", "config.json", "metrics.jsonl",
                ])
            let config = folder.appendingPathComponent("config.json")
            #expect(try TrainConfiguration(contentsOfFile: config.path) == configuration)
            let training: Set = [
                "step", "epoch", "loss", "grad_norm", "learning_rate", "num_loss_tokens", "num_tokens",
                "tokens_computed", "tokens_per_second", "peak_memory_bytes",
            ]
            #expect(output.metrics.map { $0["step"] as? Int } == [0, 1, 2, 3, 4])
            #expect(Set(output.metrics[0].keys) == ["step", "epoch", "eval_loss"])
            for record in output.metrics[1...3] { #expect(Set(record.keys) == training) }
            #expect(Set(output.metrics[4].keys) == training.union(["eval_loss"]))
        }
    }

    @Test("only logged steps, evaluations and the last step are in the metrics")
    func logging() throws {
        try withFolder { folder in
            let output = try train(
                configuration(folder) {
                    $0.training.loggingSteps = 3
                    $0.training.evalSteps = 2
                    $0.training.maxSteps = 5
                })
            #expect(output.metrics.map { $0["step"] as? Int } == [0, 2, 3, 4, 5])
            #expect(output.metrics.map { $0["eval_loss"] != nil } == [true, true, false, true, true])
        }
    }

    @Test("a fresh run sets what an earlier one left aside, as often as there are runs")
    func setAside() throws {
        try withFolder { folder in
            let first = try train(configuration(folder))
            try Data("mine".utf8).write(to: folder.appendingPathComponent("notes.txt"))
            let second = try train(configuration(folder) { $0.training.learningRate = 1e-4 })
            try train(configuration(folder))
            #expect(
                try entries(folder) == [
                    "adapter", "checkpoint-3.h5", "checkpoint-4.h5", "config.json", "earlier-1", "earlier-2",
                    "metrics.jsonl", "notes.txt",
                ])
            for (name, output) in [("earlier-1", first), ("earlier-2", second)] {
                let earlier = folder.appendingPathComponent(name)
                #expect(
                    try entries(earlier) == [
                        "adapter", "checkpoint-3.h5", "checkpoint-4.h5", "config.json", "metrics.jsonl",
                    ])
                #expect(try RunOutput(of: earlier).adapter == output.adapter)
                #expect(try RunOutput(of: earlier).reproducible == output.reproducible)
            }
        }
    }

    @Test("a folder that cannot be made is refused by its path")
    func impossible() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("file")
            try Data().write(to: file)
            let setup = try RunSetup(configuration(file.appendingPathComponent("out")))
            let error = #expect(throws: InputError.self) { try TrainingRun(setup, start: .fresh, style: .quiet) }
            #expect(error?.exitCode == .tryAgain && error?.place == file.appendingPathComponent("out").path)
        }
    }

    @Test("a run whose loss is not finite stops with the last whole checkpoint, adapter and metrics on disk")
    func notFinite() throws {
        try withFolder { folder in
            let configuration = try configuration(folder) {
                $0.training.learningRate = 1e30
                $0.training.warmupSteps = 1
            }
            var run = try TrainingRun(RunSetup(configuration), start: .fresh, style: .quiet)
            let error = #expect(throws: InputError.self) { try run.run() }
            #expect(error?.exitCode == .data && error?.message.contains("expected a finite loss in step 3") == true)
            #expect(run.step == 2)
            #expect(
                try entries(folder) == [
                    // Locked as long as the run lives.
                    ".lock", "adapter", "checkpoint-1.h5", "checkpoint-2.h5", "config.json", "metrics.jsonl",
                ])
            let output = try RunOutput(of: folder)
            #expect(output.steps.map { $0["step"] as? Int } == [1, 2])
            let text = try String(contentsOf: folder.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
            #expect(!text.contains("null") && !text.lowercased().contains("nan"))
        }
    }
}
