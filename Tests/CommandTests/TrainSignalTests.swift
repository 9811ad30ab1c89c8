import Foundation
import TestSupport
import Testing

@Suite("train, stopped and killed")
struct TrainSignalTests {
    @Test("a signal to stop finishes the step, saves it and exits 0 with how to go on", arguments: [SIGTERM, SIGINT])
    func stop(signal: Int32) throws {
        let folder = try TrainFolder()
        let settings = ["data.eval=null", "training.max_steps=100000", "training.save_steps=100000"]
        let process = try TrainProcess(folder.arguments(settings))
        try TrainFolder.waitForMetrics(3, in: folder.output)
        process.send(signal)
        let outcome = try process.wait()
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let step = try #require(TrainFolder.metrics(folder.output).last?["step"] as? Int)
        #expect(outcome.outputLines.last?.hasPrefix("stopped at step \(step); ") == true)
        #expect(outcome.outputLines.last?.contains("--resume") == true)
        let checkpoint = folder.output.appendingPathComponent("checkpoint-\(step).h5")
        #expect(FileManager.default.fileExists(atPath: checkpoint.path))

        let more = ["data.eval=null", "training.max_steps=\(step + 2)"]
        let resumed = try TrainProcess.run(folder.arguments(more, ["--resume"]))
        #expect(resumed.status == 0)
        #expect(resumed.outputLines.contains("resuming from \(checkpoint.path) at step \(step)"))
        let straight = folder.path("straight")
        #expect(try TrainProcess.run(folder.arguments(more, output: straight)).status == 0)
        #expect(try TrainFolder.adapter(folder.output) == TrainFolder.adapter(straight))
        #expect(try TrainFolder.reproducible(folder.output) == TrainFolder.reproducible(straight))
    }

    @Test("killed again and again at any moment and resumed, it ends with the same bytes and the same losses")
    func kill() throws {
        let folder = try TrainFolder("plain")
        let settings = [
            "training.max_steps=14", "training.save_steps=2", "training.save_total_limit=2", "data.shuffle=true",
            "data.packing=true", "lora.lora_dropout=0.1", "training.per_device_train_batch_size=3",
            "training.eval_steps=5",
        ]
        let straight = folder.path("straight")
        #expect(try TrainProcess.run(folder.arguments(settings, output: straight)).status == 0)
        let arguments = folder.arguments(settings, ["--resume", "latest"])
        for lines in [0, 1, 4, 7, 10, 13] {
            let process = try TrainProcess(arguments)
            try TrainFolder.waitForMetrics(lines, in: folder.output)
            usleep(.random(in: 0..<60_000))
            process.send(SIGKILL)
            let outcome = try process.wait()
            #expect(outcome.errors.isEmpty, "a whole checkpoint is not found whole")
        }
        #expect(try TrainProcess.run(arguments).status == 0)
        #expect(try TrainFolder.adapter(folder.output) == TrainFolder.adapter(straight))
        #expect(try TrainFolder.reproducible(folder.output) == TrainFolder.reproducible(straight))
        for part in ["", "adapter"] {
            let entries = { (output: URL) in
                try FileManager.default.contentsOfDirectory(atPath: output.appendingPathComponent(part).path)
                    .filter { !$0.hasPrefix("earlier-") }.sorted()
            }
            #expect(try entries(folder.output) == entries(straight), "what a killed run left is still there")
        }
    }
}
