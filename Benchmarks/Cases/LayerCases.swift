import Signet

/// One decoder layer of Llama-3.1-8B, forward and backward: the difference between models of three layers and of one, so
/// that the input's gradient is part of it.
enum LayerCases {
    static var all: [BenchmarkCase] {
        [512, 2048].map { tokens in
            let name = "layer/Llama-3.1-8B NF4, r 16, \(tokens) tokens"
            return BenchmarkCase(name: name) { context in
                var shape = RandomLlama.llama8B
                shape.vocabularySize = 256
                shape.layerCount = 3
                let three = try timing(shape, tokens, context)
                shape.layerCount = 1
                let one = try timing(shape, tokens, context).median
                let layer = Timing(seconds: three.seconds.map { ($0 - one) / 2 })
                let operations =
                    shape.neededOperations(lengths: [tokens], lossTokens: 0)
                return [
                    Measurement(
                        "\(name) forward and backward", layer, .operations(operations),
                        limit: .products(shape.layerProducts(rows: tokens), .bfloat16))
                ]
            }
        }
    }

    private static func timing(_ shape: LlamaConfiguration, _ tokens: Int, _ context: BenchmarkContext) throws -> Timing
    {
        let model = try RandomLlama.adapted(shape)
        let ids = RandomBits.tokens(tokens, vocabulary: shape.vocabularySize)
        let upstream = RandomBits.tensor([tokens, shape.hiddenSize], .bfloat16)
        let forward = ForwardContext(plan: SegmentPlan(lengths: [tokens]))
        return Timing.of(context.repeats) {
            _ = model.hiddenStates(tokens: ids, context: forward).gradients(of: model.parameters, upstream: upstream)
        }
    }
}
