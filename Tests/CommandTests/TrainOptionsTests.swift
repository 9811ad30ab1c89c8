import Foundation
import Signet
import TestSupport
import Testing

@Suite("train and its options")
struct TrainOptionsTests {
    @Test("runs to the end, a line for each step, and leaves what it promises")
    func run() throws {
        let folder = try TrainFolder()
        let outcome = try TrainProcess.run(folder.arguments(["training.max_steps=3", "data.eval=null"]))
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let lines = outcome.outputLines
        #expect(lines.first?.hasPrefix("kernels ") == true)
        let steps = lines.filter { $0.hasPrefix("step ") }
        #expect(steps.count == 3 && steps[1].hasPrefix("step 2/3  epoch 0.33  loss "))
        #expect(lines.last == "adapter: \(folder.output.appendingPathComponent("adapter").path)")
        let keys: Set = [
            "step", "epoch", "loss", "grad_norm", "learning_rate", "num_loss_tokens", "num_tokens", "tokens_computed",
            "tokens_per_second", "peak_memory_bytes",
        ]
        let metrics = try TrainFolder.metrics(folder.output)
        #expect(metrics.count == 3)
        for record in metrics { #expect(Set(record.keys) == keys) }
        let entries = try FileManager.default.contentsOfDirectory(atPath: folder.output.path).sorted()
        #expect(entries == ["adapter", "checkpoint-3.h5", "config.json", "metrics.jsonl"])
    }

    @Test("the config in the output folder reads back as the one that was run, and runs again")
    func config() throws {
        let folder = try TrainFolder()
        let settings = ["training.max_steps=1", "lora.lora_dropout=0.25", "data.eval=null"]
        #expect(try TrainProcess.run(folder.arguments(settings)).status == 0)
        let written = folder.output.appendingPathComponent("config.json")
        let expected = try TrainConfiguration(
            contentsOfFile: folder.config.path, overrides: ["output_dir=\(folder.output.path)"] + settings)
        #expect(try TrainConfiguration(contentsOfFile: written.path) == expected)
        let adapter = try TrainFolder.adapter(folder.output)
        let again = folder.path("again")
        let outcome = try TrainProcess.run(["--config", written.path, "--set", "output_dir=\(again.path)"])
        #expect(outcome.status == 0)
        #expect(try TrainFolder.adapter(again) == adapter)
    }

    @Test("--dry-run prints the plan and writes nothing", arguments: [[], ["--quiet"]])
    func dryRun(more: [String]) throws {
        let folder = try TrainFolder()
        let outcome = try TrainProcess.run(folder.arguments([], ["--dry-run"] + more))
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let names = ["kernels", "model", "base", "adapter", "data", "steps", "memory", "output"]
        #expect(outcome.outputLines.map { String($0.prefix { $0 != " " }) } == names)
        #expect(!FileManager.default.fileExists(atPath: folder.output.path))
    }

    @Test("--quiet prints the result only")
    func quiet() throws {
        let folder = try TrainFolder()
        let outcome = try TrainProcess.run(folder.arguments(["training.max_steps=1"], ["--quiet"]))
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        #expect(outcome.outputLines == ["adapter: \(folder.output.appendingPathComponent("adapter").path)"])
    }

    @Test("--help prints the options and exits 0")
    func help() throws {
        let outcome = try TrainProcess.run(["--help"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        for option in ["--config", "--resume", "--set", "--dry-run", "--quiet"] {
            #expect(outcome.output.contains(option))
        }
    }

    @Test(
        "--resume without a checkpoint says so and begins at the beginning",
        arguments: [["--resume"], ["--resume", "latest"]])
    func nothingToResume(resume: [String]) throws {
        let folder = try TrainFolder()
        let outcome = try TrainProcess.run(folder.arguments(["training.max_steps=1"], resume))
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        #expect(
            outcome.outputLines.contains("no checkpoint in \(folder.output.path): starting from the beginning"))
    }

    @Test("--resume goes on from the newest whole checkpoint, warning about those it passes over")
    func resume() throws {
        let folder = try TrainFolder()
        let settings = ["training.save_steps=1", "training.save_total_limit=null"]
        #expect(try TrainProcess.run(folder.arguments(settings + ["training.max_steps=3"])).status == 0)
        let newest = folder.output.appendingPathComponent("checkpoint-3.h5")
        try Data(contentsOf: newest).prefix(5000).write(to: newest)
        let outcome = try TrainProcess.run(folder.arguments(settings + ["training.max_steps=4"], ["--resume"]))
        #expect(outcome.status == 0)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.hasPrefix("warning: ") && outcome.errors.contains("checkpoint-3.h5"))
        let older = folder.output.appendingPathComponent("checkpoint-2.h5")
        #expect(outcome.outputLines.contains("resuming from \(older.path) at step 2"))

        let straight = folder.path("straight")
        let whole = folder.arguments(settings + ["training.max_steps=4"], output: straight)
        #expect(try TrainProcess.run(whole).status == 0)
        #expect(try TrainFolder.adapter(folder.output) == TrainFolder.adapter(straight))
    }

    @Test("a fresh run in a used folder says where the earlier one went")
    func setAside() throws {
        let folder = try TrainFolder()
        let arguments = folder.arguments(["training.max_steps=1"])
        #expect(try TrainProcess.run(arguments).status == 0)
        let outcome = try TrainProcess.run(arguments)
        let earlier = folder.output.appendingPathComponent("earlier-1")
        #expect(outcome.status == 0)
        #expect(outcome.outputLines.contains("what an earlier run left here is now in \(earlier.path)"))
        #expect(try TrainFolder.adapter(earlier) == TrainFolder.adapter(folder.output))
    }

    @Test("resuming from a checkpoint loses nothing that stood in the output folder")
    func resumingElsewhere() throws {
        let folder = try TrainFolder()
        let settings = ["training.max_steps=3", "training.save_steps=1"]
        let other = folder.path("other")
        for output in [folder.output, other] {
            #expect(try TrainProcess.run(folder.arguments(settings, output: output)).status == 0)
        }
        let kept = try TrainFolder.adapter(other)
        let foreign = folder.output.appendingPathComponent("checkpoint-1.h5").path
        let own = other.appendingPathComponent("checkpoint-2.h5").path
        let arguments = folder.arguments(settings, output: other)
        #expect(try TrainProcess.run(arguments + ["--resume", foreign]).status == 0)
        #expect(try TrainFolder.adapter(other.appendingPathComponent("earlier-1")) == kept)
        #expect(try TrainProcess.run(arguments + ["--resume", own]).status == 0)
        let later = other.appendingPathComponent("earlier-2/checkpoint-3.h5")
        #expect(FileManager.default.fileExists(atPath: later.path))
        #expect(try TrainFolder.adapter(other) == kept)
    }

    @Test(
        "an environment that cannot be followed is refused",
        arguments: [
            ("SIGNET_NUM_THREADS", "many"), ("SIGNET_NUM_THREADS", "0"), ("SIGNET_ISA", "sse9"),
        ])
    func environment(name: String, value: String) throws {
        let folder = try TrainFolder()
        let outcome = try TrainProcess.run(folder.arguments(["training.max_steps=1"]), environment: [name: value])
        #expect(outcome.status == 78)
        #expect(outcome.errorLines.count == 1 && outcome.errors.hasPrefix("error: \(name): expected"))
    }

    @Test("the number of threads changes no byte of the adapter")
    func threads() throws {
        let folder = try TrainFolder("rslora")
        let adapters = try ["1", "2", "5"].map { count in
            let output = folder.path("threads-\(count)")
            let settings = ["training.max_steps=2", "data.packing=true", "model.compute_dtype=bfloat16"]
            let arguments = folder.arguments(settings, output: output)
            let outcome = try TrainProcess.run(arguments, environment: ["SIGNET_NUM_THREADS": count])
            #expect(outcome.status == 0 && outcome.output.contains("\(count) thread"))
            return try TrainFolder.adapter(output)
        }
        #expect(adapters[1] == adapters[0] && adapters[2] == adapters[0])
    }
}
