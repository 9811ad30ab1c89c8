import Foundation
import Signet
import TestSupport
import Testing

/// A run of three steps that is saved after each, and faults on the way from the first checkpoint to its end.
final class TortureFolder {
    private let folder: TrainFolder
    /// What the run leaves when nothing befalls it.
    private let adapter: Data
    private let metrics: [[String: Double]]

    private static let settings = [
        "data.eval=null", "lora.adapter_path=null", "lora.target_modules=[\"q_proj\"]", "lora.r=2",
        "training.lr_scheduler_type=constant", "training.save_steps=1", "training.save_total_limit=1",
        "training.gradient_accumulation_steps=1", "training.per_device_train_batch_size=1",
    ]
    private static let steps = ["training.max_steps=3"]

    init() throws {
        folder = try TrainFolder("plain")
        let straight = folder.path("straight")
        #expect(try TrainProcess.run(folder.arguments(Self.settings + Self.steps, output: straight)).status == 0)
        adapter = try TrainFolder.adapter(straight)
        metrics = try TrainFolder.reproducible(straight)
        let begun = ["training.max_steps=1"]
        #expect(try TrainProcess.run(folder.arguments(Self.settings + begun, output: base)).status == 0)
    }

    private var base: URL { folder.path("base") }
    private var output: URL { folder.output }

    /// How a run with a fault has gone.
    struct Result {
        let outcome: TrainProcess.Outcome
        /// Steps that were made and have to be made again.
        var repeatedSteps = 0
        /// Seconds that the run took which went on from there.
        var recoverySeconds = 0.0
    }

    private var arguments: [String] {
        folder.arguments(Self.settings + Self.steps, ["--resume"])
    }

    /// The system calls that a fault can befall, in order: what is called, a blank, and the file.
    func calls(_ fault: String) throws -> [String] {
        try begin()
        let log = folder.path("calls")
        #expect(try FaultInjection(fault: fault).start(arguments, output: output, log: log).wait().status == 0)
        try expectEnd("nothing has befallen the run")
        return try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map {
            String($0.drop { $0 != " " }.dropFirst()).replacingOccurrences(of: output.path, with: "")
        }
    }

    private func begin() throws {
        try? FileManager.default.removeItem(at: output)
        try FileManager.default.copyItem(at: base, to: output)
    }

    /// Goes on from the first checkpoint into a fault, expects a whole checkpoint, and then goes on from that to the end.
    func run(_ injection: FaultInjection) throws -> Result {
        try begin()
        let comment: Comment = "\(injection)"
        var result = Result(outcome: try injection.start(arguments, output: output).wait())
        let latest = try CheckpointStore(folder: output, limit: nil).latest()
        #expect(latest.warnings.isEmpty, comment)
        let step = try #require(latest.checkpoint?.state.step, comment)
        result.repeatedSteps = max(0, (try TrainFolder.metrics(output).last?["step"] as? Int ?? 0) - step)
        if result.outcome.status == 0 { try expectResult(comment) }
        let began = ContinuousClock.now
        let resumed = try TrainProcess.run(arguments)
        result.recoverySeconds = (ContinuousClock.now - began) / .seconds(1)
        #expect(resumed.status == 0 && resumed.errors.isEmpty, "\(injection): \(resumed.errors)")
        try expectEnd(comment)
        return result
    }

    /// Expects the bytes and losses of a run that nothing has befallen.
    private func expectResult(_ comment: Comment) throws {
        #expect(try TrainFolder.adapter(output) == adapter, comment)
        #expect(try TrainFolder.reproducible(output) == metrics, comment)
    }

    /// Expects them and nothing else: what could not be removed is gone by the next start.
    private func expectEnd(_ comment: Comment) throws {
        try expectResult(comment)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: output.path).sorted()
                == ["adapter", "checkpoint-3.h5", "config.json", "metrics.jsonl"], comment)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: output.appendingPathComponent("adapter").path).sorted()
                == ["adapter_config.json", "adapter_model.safetensors"], comment)
    }
}
