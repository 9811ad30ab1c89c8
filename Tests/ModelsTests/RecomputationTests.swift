import Layers
import Models
import Tensors
import TestSupport
import Testing

@Suite("Parts of layers that the backward pass computes again")
struct RecomputationTests {
    @Test(
        "losses and gradients are bit-identical whatever is computed again",
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
        func results(_ recomputation: [LayerRecomputation]) -> [[Float]] {
            model.recomputation = recomputation
            let losses = model.tokenLosses(
                tokens: tokens, plan: SegmentPlan(lengths: sequences.map(\.count)), rows: rows,
                targets: rows.map { tokens[Int($0) + 1] }, dropoutKey: RandomKey(seed: 8))
            let upstream = Tensor.full(losses.shape, 1 / Float(rows.count))
            return [losses.floats] + losses.gradients(of: model.parameters, upstream: upstream).map(\.floats)
        }
        let combinations = (0...LayerRecomputation.all.rawValue).map { LayerRecomputation(rawValue: $0) }
        let nothing = [LayerRecomputation](repeating: [], count: model.layers.count)
        let kept = results(nothing)
        #expect(kept.allSatisfy { $0.contains { $0 != 0 } })
        for combination in combinations {
            #expect(results(nothing.map { _ in combination }) == kept, "\(combination)")
            let mixed = nothing.indices.map { $0 % 2 == 0 ? combination : combinations.last!.subtracting(combination) }
            #expect(results(mixed) == kept, "\(mixed)")
        }
    }
}
