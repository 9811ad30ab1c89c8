import CheckpointIO
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("Saves of a run")
struct SavingTests {
    private func configuration(_ output: URL, limit: Int? = nil) throws -> TrainConfiguration {
        try GoldenCase(name: "nf4").configuration(output: output) {
            $0.data.eval = nil
            $0.training.maxSteps = 4
            $0.training.saveSteps = 1
            $0.training.saveTotalLimit = limit
        }
    }

    private func steps(_ folder: URL) -> [Int] { CheckpointStore(folder: folder, limit: nil).checkpoints().map(\.step) }

    /// Puts a folder where a file would be written.
    private func block(_ name: String, in folder: URL) throws {
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
    }

    @Test("a checkpoint that cannot be written is passed over: the next one is written, and the result is the same")
    func failedCheckpoint() throws {
        try withFolder { folder in
            let straight = try train(configuration(folder.appendingPathComponent("straight")))
            let output = folder.appendingPathComponent("out")
            for step in [1, 3] { try block("checkpoint-\(step).h5", in: output) }
            let found = try train(configuration(output, limit: 1))
            #expect(steps(output) == [4])
            #expect(found.adapter == straight.adapter)
            #expect(found.reproducible == straight.reproducible)
        }
    }

    @Test("while no save succeeds, older checkpoints stay")
    func oldCheckpoint() throws {
        try withFolder { folder in
            try block("checkpoint-3.h5", in: folder)
            try block("checkpoint-4.h5", in: folder)
            let setup = try RunSetup(configuration(folder, limit: 1))
            var run = try TrainingRun(setup, start: .fresh, style: .quiet)
            let error = #expect(throws: InputError.self) { try run.run() }
            #expect(error?.exitCode == .tryAgain)
            #expect(
                error?.description
                    == "\(folder.path)/checkpoint-4.h5: could not be written: Is a directory; step 4 is not saved after 5 "
                    + "attempts, the last whole checkpoint is \(folder.path)/checkpoint-2.h5")
            #expect(steps(folder) == [2])
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.contains("partial") })
        }
    }

    @Test("an adapter that cannot be written leaves the older checkpoints beside the new one")
    func failedAdapter() throws {
        try withFolder { folder in
            var run = try TrainingRun(RunSetup(configuration(folder, limit: 1)), start: .fresh, style: .quiet)
            try block("adapter/adapter_model.safetensors", in: folder)
            let error = #expect(throws: InputError.self) { try run.run() }
            #expect(error?.exitCode == .tryAgain && error?.place.hasSuffix("adapter_model.safetensors") == true)
            #expect(error?.message.contains("the last whole checkpoint is \(folder.path)/checkpoint-4.h5") == true)
            #expect(steps(folder) == [1, 2, 3, 4])
        }
    }

    @Test(
        "a disk that does not answer keeps metrics waiting, in their order, and nothing else", .timeLimit(.minutes(1)))
    func stalledMetrics() throws {
        try withFolder { folder in
            let files = try RunFiles(RunSetup(configuration(folder)))
            let path = files.folder.metrics.path
            // Whoever writes to it waits until somebody reads.
            #expect(mkfifo(path, 0o600) == 0)
            let records = (1...3).map { MetricsRecord(step: $0, epoch: 0) }
            for record in records { files.saver.append(record) }
            #expect(!files.saver.wait(seconds: 0.1))
            let pipe = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            #expect(files.saver.wait())
            #expect(pipe.availableData == Data(records.map { $0.json + "\n" }.joined().utf8))
            #expect(files.saver.takeLogFailure() == nil)
        }
    }

    @Test("that metrics cannot be written is news once each time it begins")
    func newsOfMetrics() throws {
        try withFolder { folder in
            let files = try RunFiles(RunSetup(configuration(folder)))
            let step = { (step: Int) in
                files.saver.append(MetricsRecord(step: step, epoch: 0))
                #expect(files.saver.wait())
                return files.saver.takeLogFailure()?.place
            }
            let path = files.folder.metrics.path
            #expect(step(1) == nil)
            try block("held", in: folder)
            try FileManager.default.moveItem(atPath: path, toPath: folder.path + "/held/metrics.jsonl")
            try block("metrics.jsonl", in: folder)
            #expect(step(2) == path)
            #expect(step(3) == nil)
            try FileManager.default.removeItem(atPath: path)
            #expect(step(4) == nil)
            #expect(try Data(contentsOf: files.folder.metrics).split(separator: 0x0A).count == 3)
        }
    }

    @Test("metrics that cannot be written until the end are an error of the end, and everything else is there")
    func failedMetrics() throws {
        try withFolder { folder in
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/metrics.jsonl", withDestinationPath: folder.path + "/none/metrics.jsonl")
            var run = try TrainingRun(RunSetup(configuration(folder)), start: .latest, style: .quiet)
            let error = #expect(throws: InputError.self) { try run.run() }
            #expect(error?.exitCode == .tryAgain && error?.place == folder.path + "/metrics.jsonl")
            #expect(steps(folder) == [1, 2, 3, 4])
        }
    }

    @Test("a folder that vanishes is made again with all that belongs into it, bar the metrics that were in it")
    func vanishedFolder() throws {
        try withFolder { folder in
            let output = folder.appendingPathComponent("out")
            let straight = try train(configuration(folder.appendingPathComponent("straight")))
            var run = try TrainingRun(RunSetup(configuration(output)), start: .fresh, style: .quiet)
            try FileManager.default.removeItem(at: output)
            try run.run()
            let found = try RunOutput(of: output)
            #expect(found.adapter == straight.adapter)
            // Steps before the first save, whose metrics had nowhere to go, are there too.
            #expect(found.reproducible == straight.reproducible)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: output.path).filter { $0 != ".lock" }.sorted() == [
                    "adapter", "checkpoint-1.h5", "checkpoint-2.h5", "checkpoint-3.h5", "checkpoint-4.h5",
                    "config.json", "metrics.jsonl",
                ])
        }
    }

    @Test("the reference of preference training is written again with the next save")
    func vanishedReference() throws {
        try withFolder { folder in
            let configuration = try GoldenCase(name: "dpo").configuration(output: folder.appendingPathComponent("out"))
            {
                $0.training.maxSteps = 2
                $0.training.saveSteps = 1
            }
            let output = URL(fileURLWithPath: configuration.outputDir)
            do {
                var run = try TrainingRun(RunSetup(configuration), start: .fresh, style: .quiet)
                try FileManager.default.removeItem(at: output)
                try run.run()
            }
            let values = try Data(contentsOf: output.appendingPathComponent("reference.json"))
            try train(configuration)
            #expect(try Data(contentsOf: output.appendingPathComponent("reference.json")) == values)
        }
    }

    @Test("two runs in one folder: the second is refused by the folder's name")
    func secondRun() throws {
        try withFolder { folder in
            let setup = try RunSetup(configuration(folder))
            let first = try TrainingRun(setup, start: .fresh, style: .quiet)
            let error = #expect(throws: InputError.self) { try TrainingRun(setup, start: .latest, style: .quiet) }
            #expect(
                error
                    == InputError(
                        .tryAgain, at: folder.path, "expected a folder of its own, found it in use by another process"))
            #expect(first.step == 0)
        }
    }

    @Test("asked for by name, a damaged checkpoint is refused with the newest whole one beside it")
    func damagedByName() throws {
        try withFolder { folder in
            try train(configuration(folder))
            let damaged = folder.appendingPathComponent("checkpoint-4.h5")
            #expect(truncate(damaged.path, 3000) == 0)
            let setup = try RunSetup(configuration(folder))
            for url in [damaged, folder.appendingPathComponent("checkpoint-9.h5")] {
                let error = #expect(throws: InputError.self) {
                    try TrainingRun(setup, start: .checkpoint(url), style: .quiet)
                }
                #expect(error?.place == url.path)
                #expect(
                    error?.message.hasSuffix("the newest whole checkpoint there is \(folder.path)/checkpoint-3.h5")
                        == true)
            }
        }
    }

    @Test("where every checkpoint is damaged, a run neither goes on nor begins anew")
    func allDamaged() throws {
        try withFolder { folder in
            try train(configuration(folder, limit: 2))
            for step in [3, 4] { #expect(truncate(folder.path + "/checkpoint-\(step).h5", 3000) == 0) }
            let error = #expect(throws: InputError.self) {
                try TrainingRun(RunSetup(configuration(folder)), start: .latest, style: .quiet)
            }
            #expect(error?.exitCode == .data && error?.place == folder.path)
            #expect(steps(folder) == [3, 4])
        }
    }
}
