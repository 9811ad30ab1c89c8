import Signet

/// Models of real shapes with random weights, made straight in the form they are kept in.
enum RandomLlama {
    /// Llama-3.1-8B.
    static let llama8B = LlamaConfiguration(
        vocabularySize: 128_256, hiddenSize: 4096, intermediateSize: 14336, layerCount: 32, attentionHeadCount: 32,
        keyValueHeadCount: 8, headDimension: 128, rmsNormEpsilon: 1e-5, ropeTheta: 500_000,
        ropeScaling: .llama3(
            factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192),
        maxPositionEmbeddings: 131_072, tiesWordEmbeddings: false, beginningOfSequenceToken: 128_000,
        endOfSequenceTokens: [128_001])

    /// A model of this shape: projections doubly quantized NF4, embedding and head bfloat16, adapters of rank 16 on the
    /// attention projections.
    static func adapted(_ shape: LlamaConfiguration) throws -> LlamaModel {
        let rotary = RotaryEmbedding(
            headDimension: shape.headDimension, theta: shape.ropeTheta,
            scaling: .llama3(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192))
        let norm = RMSNorm(weight: .ones([shape.hiddenSize]), epsilon: Float(shape.rmsNormEpsilon))
        let layers = (0..<shape.layerCount).map { index in
            LlamaLayer(
                projections: shape.projectionShapes.map { name, size in
                    NF4Linear(name: "model.layers.\(index).\(name)", matrix: RandomBits.nf4(size[0], size[1]))
                },
                inputNorm: norm, postAttentionNorm: norm, heads: shape.attentionHeadCount,
                keyValueHeads: shape.keyValueHeadCount, rotary: rotary)
        }
        func table() -> Tensor { RandomBits.tensor([shape.vocabularySize, shape.hiddenSize], .bfloat16) }
        let model = LlamaModel(
            configuration: shape, embedding: .dense(table()), layers: layers, finalNorm: norm, head: .dense(table()),
            computeType: .bfloat16)
        try model.attachAdapters(LoRAConfiguration(rank: 16), key: RandomKey(seed: 1))
        return model
    }
}

extension LlamaConfiguration {
    /// Operations that a training step cannot do without: forward and for the gradients of inputs, adapters not counted.
    ///
    /// - Parameters:
    ///   - lengths: tokens of each sequence.
    ///   - lossTokens: of all of them, how many the head predicts.
    func neededOperations(lengths: [Int], lossTokens: Int) -> Double {
        let weights = layerCount * projectionShapes.reduce(0) { $0 + $1.shape[0] * $1.shape[1] }
        let tokens = lengths.reduce(0, +)
        // Two products forward and four backward over the half of the scores that is seen.
        let attention = lengths.reduce(0.0) {
            $0 + 6 * Double($1) * Double($1) * Double(attentionHeadCount * headDimension * layerCount)
        }
        return 4 * (Double(weights) * Double(tokens) + Double(vocabularySize * hiddenSize) * Double(lossTokens))
            + attention
    }

    /// The products of a layer, forward and for the gradients of inputs.
    func layerProducts(rows: Int) -> [ProductShape] {
        projectionShapes.flatMap { _, size in
            let shape = ProductShape(rows: rows, output: size[0], input: size[1])
            return [shape, shape.mirrored]
        }
    }
}
