import Tensors

/// Root-mean-square normalisation with a frozen weight.
public struct RMSNorm: Sendable {
    /// [features], float32.
    public let weight: Tensor
    public let epsilon: Float

    public init(weight: Tensor, epsilon: Float) {
        self.weight = weight
        self.epsilon = epsilon
    }

    /// - Parameters:
    ///   - x: [tokens, features].
    ///   - output: the type of the result.
    public func callAsFunction(_ x: Tensor, output: DType) -> Tensor {
        rmsNorm(x, weight: weight, epsilon: epsilon, output: output)
    }

    /// The norm of a residual stream after an addition to it, in one pass over memory.
    ///
    /// - Parameters:
    ///   - addend: [tokens, features].
    ///   - stream: float32 [tokens, features].
    ///   - output: the type of the norm.
    /// - Returns: the stream with the addend, float32, and its norm.
    public func callAsFunction(adding addend: Tensor, to stream: Tensor, output: DType) -> (sum: Tensor, norm: Tensor) {
        residualAddNorm(stream, addend, weight: weight, epsilon: epsilon, output: output)
    }
}
