import Diagnostics
import Distributed
import Tensors

/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), as `torch.optim.AdamW` computes it.
public struct AdamW {
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    public let weightDecay: Double
    /// The updated tensors: float32 leaves, changed in place.
    public let parameters: [Tensor]
    /// The elements that are updated; nil for all of them.
    let pieces: [ParameterPiece]?
    /// Running means of the gradients and of their squares, one for each parameter or piece.
    package let firstMoments: [Tensor]
    package let secondMoments: [Tensor]
    /// Updates made so far.
    public private(set) var stepCount = 0

    public init(
        parameters: [Tensor], beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0
    ) {
        self.init(
            parameters: parameters, pieces: nil, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    }

    private init(
        parameters: [Tensor], pieces: [ParameterPiece]?, beta1: Double, beta2: Double, epsilon: Double,
        weightDecay: Double
    ) {
        self.parameters = parameters
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.pieces = pieces
        let shapes = pieces.map { $0.map { [$0.range.count] } } ?? parameters.map(\.shape)
        firstMoments = shapes.map { .zeros($0) }
        secondMoments = shapes.map { .zeros($0) }
    }

    /// The same before its first update, for some elements of the parameters only: moments are kept for no others.
    func restricted(to pieces: [ParameterPiece]) -> AdamW {
        require(stepCount == 0, "AdamW: restricted after \(stepCount) updates")
        return AdamW(
            parameters: parameters, pieces: pieces, beta1: beta1, beta2: beta2, epsilon: epsilon,
            weightDecay: weightDecay)
    }

    /// What is updated of tensors that are as the parameters are, one view for each pair of moments.
    func updatedElements(of tensors: [Tensor]) -> [Tensor] {
        pieces.map { $0.map { tensors[$0.parameter].elements($0.range) } } ?? tensors
    }

    /// Updates every parameter.
    ///
    /// - Parameters:
    ///   - gradients: one for each parameter, all of it.
    ///   - gradientScale: a factor of all gradients, such as that of clipping.
    public mutating func step(gradients: [Tensor], learningRate: Double, gradientScale: Double = 1) {
        require(
            gradients.count == parameters.count,
            "AdamW: \(gradients.count) gradients for \(parameters.count) parameters")
        stepCount += 1
        let gradients = updatedElements(of: gradients)
        for (index, parameter) in updatedElements(of: parameters).enumerated() {
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
