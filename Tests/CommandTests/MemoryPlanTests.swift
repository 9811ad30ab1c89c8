import Foundation
import Signet
import TestSupport
import Testing

@Suite("The memory plan and the memory a run takes")
struct MemoryPlanTests {
    private static let shape = LlamaConfiguration(
        vocabularySize: 4096, hiddenSize: 512, intermediateSize: 1408, layerCount: 6, attentionHeadCount: 8,
        keyValueHeadCount: 4, headDimension: 64)

    /// A run's predicted peak and the real one, in MiB.
    private func peaks(_ folder: LlamaFolder, _ name: String, _ settings: [String]) throws -> (Double, Double) {
        let settings = ["training.max_steps=3", "training.per_device_train_batch_size=4"] + settings
        let outcome = try TrainProcess.run(try folder.arguments(name, settings))
        try #require(outcome.status == 0, "\(outcome.errors)")
        let plan = try #require(outcome.outputLines.first { $0.hasPrefix("memory") })
        let text = try #require(plan.firstMatch(of: /predicted peak ([0-9.]+) MiB/), "\(plan)")
        let peak = try #require(TrainFolder.metrics(folder.output(name)).last?["peak_memory_bytes"] as? Double)
        return (Double(text.1)!, peak / 0x1p20)
    }

    @Test("the real peak of preference training is within a tenth of the predicted one, whatever the budget")
    func preferences() throws {
        let folder = try LlamaFolder(Self.shape, rowLengths: [])
        let words = (0..<200).map { "word \($0 * 7 % 89)" }
        let rows = (0..<12).map { index in
            let parts = [(0, 20 + index), (40 + index, 12 + 3 * index), (90 - index, 30 - index)].map {
                words[$0.0..<$0.0 + $0.1].joined(separator: " ")
            }
            return "{\"prompt\": \"\(parts[0])\", \"chosen\": \"\(parts[1])\", \"rejected\": \"\(parts[2])\"}\n"
        }
        try Data(rows.joined().utf8).write(to: folder.data)
        let settings = ["method=dpo", "model.compute_dtype=bfloat16"]
        let (widest, real) = try peaks(folder, "wide", settings)
        #expect(abs(real / widest - 1) <= 0.1, "\(real) MiB, predicted \(widest)")
        let budget = Int(widest * 0.8)
        let (predicted, narrow) = try peaks(
            folder, "narrow", settings + ["training.memory_budget=\(budget)MiB"])
        #expect(abs(narrow / predicted - 1) <= 0.1, "\(narrow) MiB, predicted \(predicted)")
    }

    @Test(
        "the real peak is within a tenth of the predicted one, whatever the budget",
        arguments: [
            ["model.compute_dtype=bfloat16"], ["model.compute_dtype=float32"],
            ["lora.target_modules=all-linear", "lora.lora_dropout=0.1"],
        ])
    func prediction(settings: [String]) throws {
        let folder = try LlamaFolder(Self.shape, rowLengths: [20, 66, 40, 30, 73, 53, 13, 36, 23, 70, 43, 63])
        let (widest, real) = try peaks(folder, "wide", settings)
        #expect(abs(real / widest - 1) <= 0.1, "\(real) MiB, predicted \(widest)")
        for share in [0.9, 0.8, 0.7] {
            let budget = Int(widest * share)
            let (predicted, real) = try peaks(
                folder, "\(share)", settings + ["training.memory_budget=\(budget)MiB"])
            #expect(predicted <= Double(budget))
            #expect(abs(real / predicted - 1) <= 0.1, "\(real) MiB, predicted \(predicted)")
        }
    }
}
