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
    /// Bytes a token, for each layer and each combination of parts.
    private let kept: [[Int]]
    private let backward: [[Int]]

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
        parameters = ranks.map { shape.adapterElements(ranks: $0) }
        parameterCount = parameters.reduce(0, +)
        // Layers of the same ranks are alike.
        var bytes: [[Int]: (kept: [Int], backward: [Int])] = [:]
        for (ranks, layer) in zip(ranks, layers) where bytes[ranks] == nil {
            let combinations = (0...LayerRecomputation.all.rawValue).map { LayerRecomputation(rawValue: $0) }
            bytes[ranks] = (
                combinations.map { layer.keptBytes(recomputing: $0) },
                combinations.map { layer.backwardBytes(recomputing: $0) }
            )
        }
        kept = ranks.map { bytes[$0]!.kept }
        backward = ranks.map { bytes[$0]!.backward }
    }

    /// Bytes of activations and of gradients in passing at the fullest moment: in the head, or in the backward pass of some
    /// layer, when what the layers above have kept is freed and the gradients of their adapters exist.
    func peakBytes(recomputing recomputation: [LayerRecomputation]) -> Int {
        var below = 0
        for (index, parts) in recomputation.enumerated() { below += kept[index][Int(parts.rawValue)] }
        let forward = layers[0].forwardBytes
        var peak = load.tokens * below + headBytes
        var gradients = 0
        for (index, parts) in recomputation.enumerated().reversed() {
            below -= kept[index][Int(parts.rawValue)]
            let inBackward = load.tokens * (below + backward[index][Int(parts.rawValue)]) + gradients
            peak = max(peak, load.tokens * (below + forward), inBackward)
            gradients += parameters[index] * 4
        }
        // The gradients of all adapters, when the last of them is made.
        return max(peak, gradients)
    }

    /// Bytes at the fullest moment of a forward pass that keeps nothing.
    var evaluationBytes: Int { max(load.tokens * layers[0].forwardBytes, headBytes) }

    /// The stream, its norm and what the head makes of them.
    private var headBytes: Int {
        load.tokens * (shape.hiddenSize * (4 + computeType.byteCount) + 4)
            + linearCrossEntropyBytes(
                rows: load.lossTokens, hidden: shape.hiddenSize, vocabulary: shape.vocabularySize,
                compute: computeType)
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
