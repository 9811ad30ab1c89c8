import Layers
import Models
import Tensors
import TestSupport
import Testing

@Suite("Layers that compute their activations again")
struct RecomputationTests {
    @Test(
        "losses and gradients are bit-identical however many layers recompute",
        arguments: ["plain", "llama3_rope", "plain_nf4_nested"], [DType.float32, .bfloat16])
    func identical(name: String, type: DType) throws {
        let golden = try Golden(name)
        let model = try LlamaModel(golden.location, computeType: type)
        try model.attachAdapters(
            LoRAConfiguration(rank: 4, dropout: 0.2, targets: .allLinear, initializer: .random),
            key: RandomKey(seed: 3))
        let sequences = try ["0", "1"].map { try golden.integers("tokens.\($0)") }
        let tokens = sequences.flatMap { $0 }
        let rows = (0..<Int32(tokens.count - 1)).filter { $0 != Int32(sequences[0].count - 1) }
        func results(recomputing layers: Int) -> [[Float]] {
            model.recomputedLayers = layers
            let losses = model.tokenLosses(
                tokens: tokens, plan: SegmentPlan(lengths: sequences.map(\.count)), rows: rows,
                targets: rows.map { tokens[Int($0) + 1] }, dropoutKey: RandomKey(seed: 8))
            let upstream = Tensor.full(losses.shape, 1 / Float(rows.count))
            return [losses.floats] + losses.gradients(of: model.parameters, upstream: upstream).map(\.floats)
        }
        let kept = results(recomputing: 0)
        #expect(kept.allSatisfy { $0.contains { $0 != 0 } })
        for layers in 1...model.layers.count { #expect(results(recomputing: layers) == kept) }
    }
}
