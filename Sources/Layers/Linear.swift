import Tensors

/// What a forward pass needs besides the tokens' features.
public struct ForwardContext: Sendable {
    /// Where sequences lie in the stream.
    public let plan: SegmentPlan
    /// The position of every token in its own sequence, int32 [tokens].
    public let positions: Tensor
    /// Where the random numbers of dropout come from; nil switches dropout off.
    public let dropoutKey: RandomKey?
    /// The parts of the stream that dropout numbers by themselves; nil for the stream as a whole.
    public let dropoutParts: [Dropout.Part]?

    public init(plan: SegmentPlan, dropoutKey: RandomKey? = nil, dropoutParts: [Dropout.Part]? = nil) {
        self.plan = plan
        positions = plan.positions
        self.dropoutKey = dropoutKey
        self.dropoutParts = dropoutParts
    }
}

/// A projection y = x·Wᵀ with a frozen weight and, where one is attached, a LoRA adapter on it.
public class Linear {
    /// The module's name in Hugging Face's tree, such as `model.layers.0.self_attn.q_proj`.
    public let name: String
    /// [out, in].
    public let weight: FrozenWeight
    /// The trainable update.
    public var adapter: LoRAAdapter?

    public var inputSize: Int { weight.shape[1] }
    public var outputSize: Int { weight.shape[0] }

    public init(name: String, weight: FrozenWeight) {
        self.name = name
        self.weight = weight
    }

    /// - Parameter x: [tokens, in], float32 or bfloat16, the type of the arithmetic.
    /// - Returns: [tokens, out] of the same type.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        [self](x, context)[0]
    }
}

extension [Linear] {
    /// Projections of one input, computed together: what they share is done once, forward and backward.
    ///
    /// - Parameter x: [tokens, in], float32 or bfloat16, the type of the arithmetic.
    /// - Returns: [tokens, out] of the same type, for each projection.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> [Tensor] {
        linear(
            x,
            weights: map {
                AdaptedWeight($0.weight, update: $0.adapter?.update(context))
            })
    }
}

/// A projection whose weight is kept in 4-bit blocks and expanded panel by panel inside each product, never whole.
public final class NF4Linear: Linear {
    /// The 4-bit weight.
    public let matrix: QuantizedMatrix

    public init(name: String, matrix: QuantizedMatrix) {
        self.matrix = matrix
        super.init(name: name, weight: .quantized(matrix))
    }

    /// Quantizes a float32 weight [out, in].
    public convenience init(
        name: String, quantizing weight: Tensor, type: QuantizationType = .nf4, blockSize: Int = 64,
        doubleQuantized: Bool = true
    ) {
        self.init(
            name: name,
            matrix: QuantizedMatrix(
                quantizing: weight, type: type, blockSize: blockSize, doubleQuantized: doubleQuantized))
    }
}
