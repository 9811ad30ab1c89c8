import Foundation
import Layers
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
        var trainer = SFTTrainer(model: run.model, optimizer: AdamW(parameters: run.model.parameters))
        let fixed = run.model.weightBytes + cost.parameterCount * 4 * 3
        return try (0...LayerRecomputation.all.rawValue).map { rawValue in
            let parts = run.model.layers.map { _ in LayerRecomputation(rawValue: rawValue) }
            run.model.recomputation = parts
            TensorMemory.resetPeak()
            _ = try trainer.step([stream], learningRate: 1e-3)
            return (TensorMemory.peakBytes, fixed + cost.peakBytes(recomputing: parts))
        }
    }

    @Test("tensors take what is predicted, to 4 percent", arguments: ["plain", "rslora", "nf4"])
    func tensors(name: String) async {
        // In a process of its own: tensors of other tests would count.
        await #expect(processExitsWith: .success) { [name] in
            for type in [DType.float32, .bfloat16] {
                for dropout in [0, 0.1] {
                    for (parts, bytes) in try MemoryPlanTests.peaks(name, type: type, dropout: dropout).enumerated() {
                        let ratio = Double(bytes.found) / Double(bytes.predicted)
                        #expect(abs(ratio - 1) <= 0.04, "\(name) \(type) \(dropout) \(parts): \(bytes) \(ratio)")
                    }
                }
            }
        }
    }
}
