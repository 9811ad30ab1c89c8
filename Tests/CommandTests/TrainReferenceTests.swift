import Foundation
import TestSupport
import Testing

@Suite("train on the reference cases")
struct TrainReferenceTests {
    private static let references = Fixtures.root.appendingPathComponent("../shared/reference")
    private static let smallModel = Fixtures.root.appendingPathComponent(
        "Checkpoints/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")

    private static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    /// The losses and gradient norms of a run, and those of the reference.
    private func steps(_ name: String, _ settings: [String], output: URL) throws -> [(
        found: [String: Any], expected: [String: Any]
    )] {
        let folder = Self.references.appendingPathComponent(name)
        let settings = (["output_dir=\(output.path)"] + settings).flatMap { ["--set", $0] }
        let arguments = ["--config", folder.appendingPathComponent("config.json").path, "--quiet"] + settings
        let outcome = try TrainProcess.run(arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let curve = try JSONSerialization.jsonObject(
            with: Data(contentsOf: folder.appendingPathComponent("curve.json")))
        let found = try TrainFolder.metrics(output).filter { $0["loss"] != nil }
        return Array(zip(found, try #require(curve as? [[String: Any]])))
    }

    private func difference(_ step: (found: [String: Any], expected: [String: Any]), _ key: String) -> Double {
        abs((step.found[key] as! Double) / (step.expected[key] as! Double) - 1)
    }

    @Test(
        "the curves of tiny models are met to 1e-4", .enabled(if: exists(references)),
        arguments: ["sft_plain", "sft_rope_tied_rslora", "sft_nf4"])
    func tiny(name: String) throws {
        let folder = try TrainFolder()
        let steps = try steps(name, ["training.max_steps=30"], output: folder.output)
        #expect(steps.count == 30)
        for step in steps {
            #expect(difference(step, "loss") <= 1e-4)
            #expect(difference(step, "grad_norm") <= 1e-3)
        }
    }

    @Test("the curve of preference training is met to 1e-4", .enabled(if: exists(references)))
    func preferences() throws {
        let folder = try TrainFolder()
        let steps = try steps("dpo_plain", [], output: folder.output)
        #expect(steps.count == 25)
        for step in steps {
            #expect(difference(step, "loss") <= 1e-4)
            #expect(difference(step, "grad_norm") <= 1e-3)
            for key in step.expected.keys where key.contains("/") {
                let (found, expected) = (step.found[key] as! Double, step.expected[key] as! Double)
                #expect(abs(found - expected) <= 1e-4 * max(1, abs(expected)), "\(key)")
            }
        }
    }

    @Test(
        "ten steps of SmolLM2 from its GGUF file are met to 1e-3",
        .enabled(if: exists(references) && exists(smallModel)))
    func small() throws {
        let folder = try TrainFolder()
        let settings = ["model.path=\(Self.smallModel.path)", "training.max_steps=10"]
        let steps = try steps("sft_smollm2", settings, output: folder.output)
        #expect(steps.count == 10)
        for step in steps { #expect(difference(step, "loss") <= 1e-3) }
    }
}
