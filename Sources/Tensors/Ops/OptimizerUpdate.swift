import CKernels
import Diagnostics
import Foundation

/// One AdamW update of a parameter and its moments, in place.
///
/// - Parameter step: how many updates there are with this one.
package func adamWUpdate(
    _ parameter: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor, learningRate: Double,
    beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, gradientScale: Double, step: Int
) {
    require(
        parameter.shape == gradient.shape, "adamW: parameter \(parameter.shape) and gradient \(gradient.shape)")
    require(
        [parameter, firstMoment, secondMoment].allSatisfy(\.storage.isWritable),
        "adamW: the memory of parameter \(parameter.shape) is borrowed")
    let kernels = ck_active().pointee
    let (correction1, correction2) = (1 - pow(beta1, Double(step)), 1 - pow(beta2, Double(step)))
    parallelRanges(parameter.count, grain: elementGrain) { range in
        let first = range.lowerBound
        kernels.ck_adamw_f32(
            Int64(range.count), parameter.float32 + first, gradient.float32 + first, firstMoment.float32 + first,
            secondMoment.float32 + first, learningRate, beta1, beta2, epsilon, weightDecay, gradientScale, correction1,
            correction2)
    }
}

extension Tensor {
    /// Sets the elements of a float32 tensor, in place: every tensor that shares them changes.
    package func overwrite(with values: [Float]) {
        require(values.count == count, "overwrite: \(values.count) values for shape \(shape)")
        values.withUnsafeBytes { source in withUnsafeMutableBytes { $0.copyMemory(from: source) } }
    }
}
