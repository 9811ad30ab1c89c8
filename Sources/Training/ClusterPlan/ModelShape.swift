import ModelFiles
import Models

/// Shapes of models that can be planned for without their files.
public enum ModelShape: String, Sendable, CaseIterable {
    case smolLM2135M = "smollm2-135m"
    case llama321B = "llama-3.2-1b"
    case llama323B = "llama-3.2-3b"
    case llama318B = "llama-3.1-8b"
    case llama3170B = "llama-3.1-70b"

    /// The shape as the model's own configuration has it; rotary settings are left at their defaults.
    public var configuration: LlamaConfiguration {
        func llama3(_ hidden: Int, _ intermediate: Int, _ layers: Int, _ heads: Int, _ dimension: Int, tied: Bool)
            -> LlamaConfiguration
        {
            LlamaConfiguration(
                vocabularySize: 128_256, hiddenSize: hidden, intermediateSize: intermediate, layerCount: layers,
                attentionHeadCount: heads, keyValueHeadCount: 8, headDimension: dimension, tiesWordEmbeddings: tied)
        }
        return switch self {
        case .smolLM2135M:
            LlamaConfiguration(
                vocabularySize: 49_152, hiddenSize: 576, intermediateSize: 1536, layerCount: 30,
                attentionHeadCount: 9, keyValueHeadCount: 3, headDimension: 64, tiesWordEmbeddings: true)
        case .llama321B: llama3(2048, 8192, 16, 32, 64, tied: true)
        case .llama323B: llama3(3072, 8192, 28, 24, 128, tied: true)
        case .llama318B: llama3(4096, 14_336, 32, 32, 128, tied: false)
        case .llama3170B: llama3(8192, 28_672, 80, 64, 128, tied: false)
        }
    }
}

extension LlamaConfiguration {
    /// Elements of the projections of all layers.
    package var projectionElements: Int {
        layerCount * projectionShapes.reduce(0) { $0 + $1.shape[0] * $1.shape[1] }
    }

    /// Elements of the adapters of a layer, given the rank of each projection's.
    func adapterElements(ranks: [Int]) -> Int {
        zip(ranks, projectionShapes).reduce(0) { $0 + $1.0 * ($1.1.shape[0] + $1.1.shape[1]) }
    }

    /// Bytes of the weights with projections in doubly quantized NF4, embedding and head in bfloat16.
    var nf4WeightBytes: Int {
        let tables = (tiesWordEmbeddings ? 1 : 2) * 2 * vocabularySize * hiddenSize
        // Codes, a byte for each block of 64, a float32 for each 256 of those.
        return projectionElements / 2 + projectionElements / 64 + projectionElements / 64 / 64 + tables
    }

    /// What the head takes for a token that carries loss, as a multiple of what all projections take for a token.
    var lossTokenCost: Double { Double(vocabularySize * hiddenSize) / Double(projectionElements) }

    /// Operations that a training step cannot do without: forward and for the gradients of inputs, adapters not counted.
    ///
    /// - Parameters:
    ///   - lengths: tokens of each sequence.
    ///   - lossTokens: of all of them, how many the head predicts.
    package func neededOperations(lengths: [Int], lossTokens: Int) -> Double {
        // Two products forward and four backward over the half of the scores that is seen.
        let attention = lengths.reduce(0.0) {
            $0 + 6 * Double($1) * Double($1) * Double(attentionHeadCount * headDimension * layerCount)
        }
        return 4
            * (Double(projectionElements) * Double(lengths.reduce(0, +))
                + Double(vocabularySize * hiddenSize) * Double(lossTokens)) + attention
    }
}
