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
}
