import CheckpointIO
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("Runs that stop and go on")
struct ResumeTests {
    /// Eight steps over 24 rows, five or four to a step, so that the fifth ends an epoch early; shuffled, with dropout.
    private func configuration(_ output: URL, accumulation: Int) throws -> TrainConfiguration {
        try GoldenCase(name: "plain").configuration(output: output) {
            $0.data.shuffle = true
            $0.data.packing = true
            $0.lora.loraDropout = 0.1
            $0.training.perDeviceTrainBatchSize = accumulation == 1 ? 5 : 2
            $0.training.gradientAccumulationSteps = accumulation
            $0.training.maxSteps = 8
            $0.training.evalSteps = 3
            $0.training.saveSteps = 1
            $0.training.saveTotalLimit = nil
            $0.training.weightDecay = 0.01
        }
    }

    /// Leaves of a finished run what it had on disk when it was killed behind the checkpoint of a step: metrics may be
    /// further, the adapter of any step, the last line cut off.
    private func rewind(_ folder: URL, to step: Int) throws {
        for later in (step + 1)...8 {
            try FileManager.default.removeItem(at: folder.appendingPathComponent("checkpoint-\(later).h5"))
        }
        let metrics = folder.appendingPathComponent("metrics.jsonl")
        try Data(try Data(contentsOf: metrics).dropLast(40)).write(to: metrics)
    }

    @Test(
        "killed behind any step and resumed, the adapter has the same bytes and the metrics the same losses",
        arguments: [1, 3])
    func identical(accumulation: Int) throws {
        try withFolder { folder in
            let straight = folder.appendingPathComponent("straight")
            let expected = try train(configuration(straight, accumulation: accumulation))
            #expect(Set(expected.values("loss")).count == 8)
            for step in [1, 3, 4, 5, 7] {
                let stopped = folder.appendingPathComponent("stopped-\(step)")
                try FileManager.default.copyItem(at: straight, to: stopped)
                try rewind(stopped, to: step)
                let output = try train(configuration(stopped, accumulation: accumulation), from: .latest)
                #expect(output.adapter == expected.adapter, "stopped at step \(step)")
                #expect(output.reproducible == expected.reproducible, "stopped at step \(step)")
            }
        }
    }

    @Test("where rows share beginnings, resuming gives the same bytes too")
    func sharing() throws {
        func configuration(_ output: URL) throws -> TrainConfiguration {
            var configuration = try self.configuration(output, accumulation: 3)
            configuration.lora.loraDropout = 0
            return configuration
        }
        try withFolder { folder in
            let straight = folder.appendingPathComponent("straight")
            let expected = try train(configuration(straight))
            let saved = zip(expected.values("num_tokens"), expected.values("tokens_computed")).map { $0 - $1 }
            #expect(saved.allSatisfy { $0 > 0 })
            for step in [2, 5] {
                let stopped = folder.appendingPathComponent("stopped-\(step)")
                try FileManager.default.copyItem(at: straight, to: stopped)
                try rewind(stopped, to: step)
                let output = try train(configuration(stopped), from: .latest)
                #expect(output.adapter == expected.adapter, "stopped at step \(step)")
                #expect(output.reproducible == expected.reproducible, "stopped at step \(step)")
            }
        }
    }

    @Test("a run killed between its last checkpoint and the adapter writes the adapter when it is resumed")
    func lostAdapter() throws {
        try withFolder { folder in
            let expected = try train(configuration(folder, accumulation: 1))
            let weights = folder.appendingPathComponent("adapter/adapter_model.safetensors")
            let start = GoldenCase(name: "plain").adapter("init").appendingPathComponent("adapter_model.safetensors")
            try Data(contentsOf: start).write(to: weights)
            let output = try train(configuration(folder, accumulation: 1), from: .latest)
            #expect(output.adapter == expected.adapter)
            #expect(output.reproducible == expected.reproducible)
        }
    }

    @Test("a named checkpoint of another folder is gone on from")
    func namedCheckpoint() throws {
        try withFolder { folder in
            let first = folder.appendingPathComponent("first")
            let expected = try train(configuration(first, accumulation: 1))
            let second = folder.appendingPathComponent("second")
            let checkpoint = first.appendingPathComponent("checkpoint-4.h5")
            let output = try train(configuration(second, accumulation: 1), from: .checkpoint(checkpoint))
            #expect(output.adapter == expected.adapter)
            #expect(output.values("loss") == Array(expected.values("loss").dropFirst(4)))
        }
    }

    @Test("a run may go on for longer than it was begun for")
    func longer() throws {
        try withFolder { folder in
            func configuration(_ name: String, steps: Int) throws -> TrainConfiguration {
                try GoldenCase(name: "nf4").configuration(output: folder.appendingPathComponent(name)) {
                    $0.training.maxSteps = steps
                }
            }
            let expected = try train(configuration("straight", steps: 5))
            try train(configuration("prolonged", steps: 3))
            let output = try train(configuration("prolonged", steps: 5), from: .latest)
            #expect(output.adapter == expected.adapter)
            #expect(output.values("loss") == expected.values("loss"))
        }
    }

    @Test("where there is no checkpoint, resuming begins at the beginning")
    func nothingToResume() throws {
        try withFolder { folder in
            let run = try TrainingRun(
                RunSetup(configuration(folder.appendingPathComponent("new"), accumulation: 1)), start: .latest,
                style: .quiet)
            #expect(run.step == 0)
        }
    }

    @Test("a newest checkpoint that is cut short is passed over")
    func truncated() throws {
        try withFolder { folder in
            let expected = try train(configuration(folder, accumulation: 1))
            try rewind(folder, to: 4)
            let newest = folder.appendingPathComponent("checkpoint-4.h5")
            let whole = try Data(contentsOf: newest)
            try whole.prefix(whole.count / 2).write(to: newest)
            var run = try TrainingRun(
                RunSetup(configuration(folder, accumulation: 1)), start: .latest, style: .quiet)
            #expect(run.step == 3)
            try run.run()
            let output = try RunOutput(of: folder)
            #expect(output.adapter == expected.adapter)
            #expect(output.reproducible == expected.reproducible)
        }
    }

    @Test("asked for by name, a checkpoint that is cut short, or is not there, is refused")
    func damaged() throws {
        try withFolder { folder in
            let checkpoint = folder.appendingPathComponent("checkpoint-4.h5")
            let setup = try RunSetup(configuration(folder, accumulation: 1))
            let missing = #expect(throws: InputError.self) {
                try TrainingRun(setup, start: .checkpoint(checkpoint), style: .quiet)
            }
            #expect(missing?.exitCode == .missingFile && missing?.description.contains("checkpoint-4.h5") == true)
            try Data(repeating: 7, count: 4000).write(to: checkpoint)
            let damaged = #expect(throws: InputError.self) {
                try TrainingRun(setup, start: .checkpoint(checkpoint), style: .quiet)
            }
            #expect(damaged?.exitCode == .data && damaged?.description.contains("checkpoint-4.h5") == true)
        }
    }
}
