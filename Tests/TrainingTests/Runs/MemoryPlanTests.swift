import Foundation
import Layers
import ModelFiles
import Models
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("The memory plan and the memory tensors take")
struct MemoryPlanTests {
    /// What tensors take at most over a step of one stream, and what is predicted, for each combination of parts.
    static func peaks(_ name: String, type: DType, dropout: Double) throws -> [(found: Int, predicted: Int)] {
        let run = try GoldenCase(name: name).setup {
            $0.model.computeDtype = type
            $0.lora.loraDropout = dropout
        }
        let stream = MicroBatch(rows: Array(0..<12), of: run.trainingRows)
        let cost = ActivationCost(
            run.model.configuration, computeType: type,
            ranks: run.model.layers.map { $0.projections.map { $0.adapter?.rank ?? 0 } }, hasDropout: dropout > 0,
            load: .init(
                tokens: stream.tokens.count, lossTokens: stream.targets.count,
                longestSequence: stream.segments.map(\.count).max()!, accumulatesGradients: false))
        var trainer = Trainer(
            model: run.model, objective: objective(run), optimizer: AdamW(parameters: run.model.parameters))
        let fixed = run.model.weightBytes + cost.parameterCount * 4 * 3
        return try (0...LayerRecomputation.all.rawValue).map { rawValue in
            let parts = run.model.layers.map { _ in LayerRecomputation(rawValue: rawValue) }
            run.model.recomputation = parts
            TensorMemory.resetPeak()
            _ = try trainer.step([stream], learningRate: 1e-3)
            return (TensorMemory.peakBytes, fixed + cost.peakBytes(recomputing: parts))
        }
    }

    private static func objective(_ run: RunSetup) -> any TrainingObjective {
        guard run.configuration.method == .dpo else { return SFTObjective() }
        let dpo = run.configuration.dpo
        return DPOObjective(
            losses: dpo.pairLosses, sftWeight: dpo.sftWeight, beta: dpo.beta,
            reference: run.trainingRows.rows.map { _ in -100 })
    }

    @Test("tensors take what is predicted, to 8 percent", arguments: ["plain", "rslora", "nf4", "dpo"])
    func tensors(name: String) async {
        // In a process of its own: tensors of other tests would count.
        await #expect(processExitsWith: .success) { [name] in
            for type in [DType.float32, .bfloat16] {
                for dropout in name == "dpo" ? [0] : [0, 0.1] {
                    for (parts, bytes) in try MemoryPlanTests.peaks(name, type: type, dropout: dropout).enumerated() {
                        let ratio = Double(bytes.found) / Double(bytes.predicted)
                        #expect(abs(ratio - 1) <= 0.08, "\(name) \(type) \(dropout) \(parts): \(bytes) \(ratio)")
                    }
                }
            }
        }
    }

    /// QLoRA of Llama-3.1-8B, r 16 on the attention projections, 1,024 tokens that all carry loss.
    private func eightBillion(budget: Int?) -> MemoryPlan {
        let shape = LlamaConfiguration(
            vocabularySize: 128_256, hiddenSize: 4096, intermediateSize: 14_336, layerCount: 32,
            attentionHeadCount: 32, keyValueHeadCount: 8, headDimension: 128)
        let elements = shape.projectionShapes.reduce(0) { $0 + $1.shape[0] * $1.shape[1] } * shape.layerCount
        // NF4 codes, a byte for each block of 64 and a float32 for 256 of those; embedding and head in bfloat16.
        let weights = elements / 2 + elements / 64 + elements / 64 / 256 * 4 + 2 * 2 * 128_256 * 4096
        return MemoryPlan(
            shape, computeType: .bfloat16,
            ranks: shape.adapterRanks { $0.contains("self_attn") ? 16 : nil }, hasDropout: false,
            weightBytes: weights,
            load: .init(tokens: 1024, lossTokens: 1024, longestSequence: 1024, accumulatesGradients: false),
            processBytes: 128 << 20, budget: budget)
    }

    @Test("Llama-3.1-8B trains on 1,024 tokens in 10 GiB without recomputation, and in 7 with it")
    func eightBillion() {
        let (wide, narrow) = (eightBillion(budget: nil), eightBillion(budget: 0))
        #expect(wide.recomputation.allSatisfy(\.isEmpty) && wide.peakBytes <= 10 << 30, "\(wide)")
        #expect(narrow.recomputation.allSatisfy { $0 == .all } && narrow.peakBytes <= 7 << 30, "\(narrow)")
    }

    @Test("the cheapest parts are computed again first, and no more of them than the budget asks for")
    func order() {
        let wide = eightBillion(budget: nil).peakBytes
        var before = 0
        for budget in stride(from: wide, to: 7 << 30, by: -(256 << 20)) {
            let plan = eightBillion(budget: budget)
            #expect(plan.peakBytes <= budget && budget - plan.peakBytes < 128 << 20, "\(budget): \(plan)")
            let count = plan.recomputation.reduce(0) { $0 + $1.rawValue.nonzeroBitCount }
            #expect(count >= before)
            before = count
        }
        // Attention's result, 8 KB for half of 34 MFLOP at half the rate, comes first; gate and up wait for the middle stream.
        let first = eightBillion(budget: wide - 1).recomputation
        #expect(first[0] == .attention && first.dropFirst().allSatisfy(\.isEmpty))
        let half = eightBillion(budget: 8 << 30).recomputation
        #expect(half[0] == [.attention, .middle, .feedForward] && half[31] == [.attention, .middle])
    }
}
