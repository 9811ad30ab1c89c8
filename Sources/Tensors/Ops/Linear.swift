/// A low-rank update of a linear layer: scale · B·A, with A [r, in] and B [out, r].
public struct LowRankUpdate: Sendable {
    public var a: Tensor
    public var b: Tensor
    public var scale: Float
    /// Dropout of the update's input; nil for none.
    public var dropout: Dropout?

    public init(a: Tensor, b: Tensor, scale: Float, dropout: Dropout? = nil) {
        self.a = a
        self.b = b
        self.scale = scale
        self.dropout = dropout
    }
}

/// A weight [out, in] that never changes, and what is trained on it.
public struct AdaptedWeight: Sendable {
    public var weight: FrozenWeight
    public var update: LowRankUpdate?

    public init(_ weight: FrozenWeight, update: LowRankUpdate? = nil) {
        self.weight = weight
        self.update = update
    }
}

/// y = x·Wᵀ + scale · dropout(x)·Aᵀ·Bᵀ for a weight that never changes.
///
/// - Parameters:
///   - x: [tokens, in], float32 or bfloat16: the type of the arithmetic and of the result.
///   - weight: [out, in].
///   - update: the adapter, whose A and B are float32 leaves.
/// - Returns: [tokens, out].
public func linear(_ x: Tensor, weight: FrozenWeight, update: LowRankUpdate? = nil) -> Tensor {
    linear(x, weights: [AdaptedWeight(weight, update: update)])[0]
}

/// Several linear layers of one input: x·Wᵀ + scale · dropout(x)·Aᵀ·Bᵀ for each.
///
/// An update is one more term of the same product: the sum is rounded once. So is the gradient of x, one sum over all
/// weights and updates. The weights need no gradient, so x is kept for the backward pass only where there is an update.
///
/// - Parameters:
///   - x: [tokens, in], float32 or bfloat16: the type of the arithmetic and of the results.
///   - weights: each [out, in] with its own `out`, with adapters whose A and B are float32 leaves.
/// - Returns: [tokens, out] for each weight.
public func linear(_ x: Tensor, weights: [AdaptedWeight]) -> [Tensor] {
    AdaptedWeights.check(weights, x)
    if !GradientMode.isOn, weights.allSatisfy({ $0.update == nil }) {
        return frozenProducts(x, weights.map(\.weight))
    }
    let layers = AdaptedWeights(weights, x)
    let narrow = layers.narrowed(x.detached)
    let values = layers.values(x.detached, narrow)
    guard GradientMode.isOn else { return values }
    let parameters = weights.flatMap { $0.update.map { [$0.a, $0.b] } ?? [] }
    let saved = parameters.isEmpty ? nil : x.saved
    let needsInput = x.requiresGradient
    return Tensor.recording("linear", values, operands: [x] + parameters) { gradients in
        let upstream = AdaptedWeights.Upstream(layers, &gradients)
        let ofParameters = saved.map { upstream.parameterGradients(input: $0.value, narrow) } ?? []
        return [needsInput ? upstream.inputGradient() : nil] + ofParameters
    }
}
