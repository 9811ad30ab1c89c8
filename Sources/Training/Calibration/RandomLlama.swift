import Layers
import ModelFiles
import Models
import Tensors

/// Models of real shapes with random weights, made straight in the form they are kept in.
package enum RandomLlama {
    /// Llama-3.1-8B, with what its own configuration says beside the shape.
    package static let llama8B = {
        var configuration = ModelShape.llama318B.configuration
        configuration.rmsNormEpsilon = 1e-5
        configuration.ropeTheta = 500_000
        configuration.ropeScaling = .llama3(
            factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192)
        configuration.maxPositionEmbeddings = 131_072
        configuration.beginningOfSequenceToken = 128_000
        configuration.endOfSequenceTokens = [128_001]
        return configuration
    }()

    /// A model of this shape: projections doubly quantized NF4, embedding and head bfloat16, adapters of rank 16 on the
    /// attention projections.
    package static func adapted(_ shape: LlamaConfiguration) throws -> LlamaModel {
        let rotary = RotaryEmbedding(shape)
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
