import Layers
import ModelFiles
import Models
import Tensors

/// Bytes and arithmetic of a model's forward and backward pass over one stream.
struct ActivationCost {
    let layers: [LayerCost]
    /// Elements of all adapters.
    let parameterCount: Int
    private let shape: LlamaConfiguration
    private let computeType: DType
    private let load: MemoryPlan.Load
    /// Elements of each layer's adapters.
    private let parameters: [Int]
    private let ranks: [[Int]]

    init(_ shape: LlamaConfiguration, computeType: DType, ranks: [[Int]], hasDropout: Bool, load: MemoryPlan.Load) {
        self.shape = shape
        self.computeType = computeType
        self.load = load
        self.ranks = ranks
        layers = ranks.map {
            LayerCost(
                shape, ranks: $0, hasDropout: hasDropout, computeType: computeType,
                visibleKeys: Double(load.longestSequence + 1) / 2)
        }
        parameters = ranks.map { ranks in
            zip(ranks, shape.projectionShapes).reduce(0) { $0 + $1.0 * ($1.1.shape[0] + $1.1.shape[1]) }
        }
        parameterCount = parameters.reduce(0, +)
    }

    /// Bytes of activations and of gradients in passing at the fullest moment: in the head, or in the backward pass of some
    /// layer, when what the layers above have kept is freed and the gradients of their adapters exist.
    func peakBytes(recomputing recomputation: [LayerRecomputation]) -> Int {
        let stream = shape.hiddenSize * 4
        let kept = zip(layers, recomputation).map { $0.keptBytes(recomputing: $1) }
        var below = kept.reduce(0, +)
        let head = linearCrossEntropyBytes(
            rows: load.lossTokens, hidden: shape.hiddenSize, vocabulary: shape.vocabularySize, compute: computeType)
        var peak = load.tokens * (below + stream + 4 + shape.hiddenSize * computeType.byteCount) + head
        var gradients = 0
        for index in layers.indices.reversed() {
            below -= kept[index]
            let layer = layers[index]
            let backward = layer.backwardBytes(recomputing: recomputation[index])
            peak = max(
                peak, load.tokens * (below + layer.forwardBytes), load.tokens * (below + backward) + gradients)
            gradients += parameters[index] * 4
        }
        // The gradients of all adapters, when the last of them is made.
        return max(peak, gradients)
    }

    /// Bytes that the kernels' threads hold.
    var scratchBytes: Int {
        let widest = zip(shape.projectionShapes, ranks[0]).map { $0.shape[0] + $1 }
        // The sums over query, key and value and over gate and up in the backward pass, and the head's.
        let inner = max(widest[0] + widest[1] + widest[2], widest[4] + widest[5])
        let products = productScratchBytes(rows: load.tokens, inner: inner, compute: computeType)
        let head = productScratchBytes(
            rows: min(load.lossTokens, headRows), inner: shape.vocabularySize, compute: computeType)
        return max(products, head)
            + attentionScratchBytes(keys: load.longestSequence, headDimension: shape.headDimension)
    }

    private var headRows: Int { lossHeadChunkRows(vocabulary: shape.vocabularySize) }

    /// Arithmetic that recomputation adds to that of a step.
    func addedOperations(recomputing recomputation: [LayerRecomputation]) -> Double {
        let head = 4.0 * Double(shape.hiddenSize * shape.vocabularySize * load.lossTokens) / Double(load.tokens)
        let step = layers.reduce(head) { $0 + $1.trainingOperations }
        let added = zip(layers, recomputation).reduce(0) { sum, layer in
            LayerRecomputation.parts.filter { layer.1.contains($0) }.reduce(sum) { $0 + layer.0.operations(of: $1) }
        }
        return added / step
    }
}
