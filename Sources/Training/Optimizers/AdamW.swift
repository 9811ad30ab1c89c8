import Diagnostics
import Tensors

/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), as `torch.optim.AdamW` computes it.
public struct AdamW {
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    public let weightDecay: Double
    /// The updated tensors: float32 leaves, changed in place.
    public let parameters: [Tensor]
    /// Running means of the gradients and of their squares, one for each parameter.
    package let firstMoments: [Tensor]
    package let secondMoments: [Tensor]
    /// Updates made so far.
    public private(set) var stepCount = 0

    public init(
        parameters: [Tensor], beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0
    ) {
        self.parameters = parameters
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        firstMoments = parameters.map { .zeros($0.shape) }
        secondMoments = parameters.map { .zeros($0.shape) }
    }

    /// Updates every parameter.
    ///
    /// - Parameters:
    ///   - gradients: one for each parameter.
    ///   - gradientScale: a factor of all gradients, such as that of clipping.
    public mutating func step(gradients: [Tensor], learningRate: Double, gradientScale: Double = 1) {
        require(
            gradients.count == parameters.count,
            "AdamW: \(gradients.count) gradients for \(parameters.count) parameters")
        stepCount += 1
        for (index, parameter) in parameters.enumerated() {
            adamWUpdate(
                parameter, gradient: gradients[index], firstMoment: firstMoments[index],
                secondMoment: secondMoments[index], learningRate: learningRate, beta1: beta1, beta2: beta2,
                epsilon: epsilon, weightDecay: weightDecay, gradientScale: gradientScale, step: stepCount)
        }
    }

    /// Goes on from a saved state.
    package mutating func restore(stepCount: Int, firstMoments: [[Float]], secondMoments: [[Float]]) {
        self.stepCount = stepCount
        for (tensor, values) in zip(self.firstMoments + self.secondMoments, firstMoments + secondMoments) {
            tensor.overwrite(with: values)
        }
    }
}

/// The Euclidean norm of all gradients together.
public func globalNorm(_ gradients: [Tensor]) -> Double {
    gradients.reduce(0) { $0 + $1.sumOfSquares }.squareRoot()
}

/// The factor that brings a gradient of the given norm to at most `maximum`, as `torch.nn.utils.clip_grad_norm_` does;
/// 1 where `maximum` is 0.
public func clippingScale(norm: Double, maximum: Double) -> Double {
    maximum > 0 ? min(1, maximum / (norm + 1e-6)) : 1
}
