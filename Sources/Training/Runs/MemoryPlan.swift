import Layers
import ModelFiles
import Models
import Tensors

/// What a run keeps in memory at its peak, predicted before the first step, and how many layers compute their activations
/// again in the backward pass to make it fit.
public struct MemoryPlan: Sendable, Equatable {
    /// Bytes of the frozen weights.
    public let weightBytes: Int
    /// Bytes of adapters, their gradients and the optimizer's moments.
    public let trainingStateBytes: Int
    /// Bytes of activations, kept and in passing, for the largest micro-batch.
    public let activationBytes: Int
    /// Layers that keep nothing but their input.
    public let recomputedLayers: Int

    /// Bytes of the program itself, its libraries, the tokenizer, the rows and the kernels' scratch memory.
    public let overheadBytes: Int

    /// The predicted peak, in bytes.
    public var peakBytes: Int { weightBytes + trainingStateBytes + activationBytes + overheadBytes }

    /// Plans the fewest recomputed layers with which the run fits, or all of them where it never does.
    ///
    /// - Parameters:
    ///   - tokens: of the largest micro-batch computed at once.
    ///   - lossTokens: of them, how many carry loss at most.
    ///   - rowBytes: bytes of the tokenized rows.
    ///   - budget: bytes the run may take; nil for no limit.
    public init(for model: LlamaModel, tokens: Int, lossTokens: Int, rowBytes: Int, budget: Int?) {
        let parameterCount = model.parameters.reduce(0) { $0 + $1.count }
        let weights = model.weightBytes
        // Value, summed gradient, the gradient of one micro-batch and two moments.
        let state = parameterCount * 4 * 5
        let overhead = 96 << 20 + Machine.threadCount << 20 + rowBytes
        let cost = ActivationCost(model)
        func activations(recomputing layers: Int) -> Int {
            cost.bytes(tokens: tokens, lossTokens: lossTokens, recomputedLayers: layers)
        }
        let fixed = weights + state + overhead
        let layerCount = model.layers.count
        let needed = budget.flatMap { budget in
            (0...layerCount).first { fixed + activations(recomputing: $0) <= budget }
        }
        recomputedLayers = budget == nil ? 0 : needed ?? layerCount
        weightBytes = weights
        trainingStateBytes = state
        overheadBytes = overhead
        activationBytes = activations(recomputing: recomputedLayers)
    }
}

/// Bytes of activations of a model with its adapters.
private struct ActivationCost {
    private let residual: Int
    private let kept: Int
    private let passing: Int
    private let packedUnits: Int
    private let layerCount: Int
    private let hidden: Int
    private let vocabulary: Int
    private let element: Int

    init(_ model: LlamaModel) {
        let shape = model.configuration
        element = model.computeType.byteCount
        hidden = shape.hiddenSize
        vocabulary = shape.vocabularySize
        layerCount = model.layers.count
        residual = hidden * 4
        let layer = model.layers[0]
        let queries = shape.attentionHeadCount * shape.headDimension
        let keys = shape.keyValueHeadCount * shape.headDimension
        let attentionInput = [layer.queryProjection, layer.keyProjection, layer.valueProjection]
        let feedForwardInput = [layer.gateProjection, layer.upProjection]
        let ranks = layer.projections.compactMap(\.adapter).reduce(0) { $0 + $1.rank }
        func isAdapted(_ projections: [Linear]) -> Bool { projections.contains { $0.adapter != nil } }
        var perToken = 2 * residual + 4 * (shape.attentionHeadCount + 2)
        perToken += element * (2 * queries + 2 * keys + 2 * shape.intermediateSize + ranks)
        if isAdapted(attentionInput) { perToken += element * hidden }
        if isAdapted(feedForwardInput) { perToken += element * hidden }
        if isAdapted([layer.downProjection]) { perToken += element * shape.intermediateSize }
        kept = perToken
        // The backward pass of the feed-forward part: three gradients of its width and those of the residual stream.
        passing = 3 * element * shape.intermediateSize + 4 * residual
        packedUnits = max(shape.intermediateSize, hidden) * element
    }

    func bytes(tokens: Int, lossTokens: Int, recomputedLayers: Int) -> Int {
        let keptLayers = layerCount - recomputedLayers
        var perToken = keptLayers * kept + recomputedLayers * residual + passing
        if recomputedLayers > 0 { perToken += kept }
        let packed = min(64 << 20, tokens * packedUnits)
        let logitRows = min(lossTokens, max(16, (64 << 20) / (vocabulary * 4)))
        let head = logitRows * vocabulary * (4 + 2 * element) + lossTokens * residual + 2 * tokens * residual
        let most = max(tokens * perToken, tokens * (perToken - passing) + head)
        // Streams differ in length, so the heap cannot reuse every freed byte; a tenth is what runs were measured to lose.
        return most + most / 10 + packed
    }
}
