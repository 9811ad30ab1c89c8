import CKernels

/// How the losses of many rows become one value.
public enum LossReduction: Sendable {
    /// The losses as they are.
    case none
    /// Σ weight · loss / Σ weight.
    case mean
    /// Σ weight · loss.
    case sum
}

/// −log softmax(logits)[target] of every row, in nats.
///
/// Where the logits come from a linear head, `linearCrossEntropy` computes the same without holding them.
///
/// - Parameters:
///   - logits: [rows, classes], a floating-point type; the arithmetic is float32.
///   - targets: int32 [rows], values in 0 ..< classes.
///   - weights: float32 [rows], a constant factor of each row's loss; 0 leaves a row out. All 1 where nil.
/// - Returns: float32, [rows] or a scalar.
public func crossEntropy(
    logits: Tensor, targets: Tensor, weights: Tensor? = nil, reduction: LossReduction = .mean
) -> Tensor {
    guard logits.rank == 2, logits.dtype.isFloatingPoint, targets.shape == [logits.shape[0]], targets.dtype == .int32,
        weights == nil || (weights!.shape == targets.shape && weights!.dtype == .float32)
    else {
        fatalError(
            "crossEntropy: logits \(logits.shape) \(logits.dtype), targets \(targets.shape) \(targets.dtype)"
                + (weights.map { ", weights \($0.shape) \($0.dtype)" } ?? ""))
    }
    let (rows, classes, dtype) = (logits.shape[0], logits.shape[1], logits.dtype)
    for i in 0..<rows where targets.int32[i] < 0 || Int(targets.int32[i]) >= classes {
        fatalError("crossEntropy: target \(targets.int32[i]) for logits \(logits.shape)")
    }
    let (scores, chosen) = (logits.detached.converted(to: .float32), targets.detached)
    let (losses, logSumExp) = (Tensor(uninitialized: [rows]), Tensor(uninitialized: [rows]))
    let kernels = ck_active().pointee
    parallelRanges(rows, grain: rowGrain(classes)) { range in
        kernels.ck_cross_entropy_f32(
            Int64(range.count), Int64(classes), scores.float32 + range.lowerBound * classes,
            chosen.int32 + range.lowerBound, losses.float32 + range.lowerBound, logSumExp.float32 + range.lowerBound)
    }
    let loss = Tensor.recording("crossEntropy", losses, operands: [logits]) { gradient in
        let result = Tensor(uninitialized: [rows, classes])
        parallelRanges(rows, grain: rowGrain(classes)) { range in
            let first = range.lowerBound * classes
            kernels.ck_cross_entropy_gradient_f32(
                Int64(range.count), Int64(classes), scores.float32 + first, chosen.int32 + range.lowerBound,
                logSumExp.float32 + range.lowerBound, gradient.float32 + range.lowerBound, result.float32 + first)
        }
        return [result.converted(to: dtype)]
    }
    let weighted = weights.map { loss * $0.detached } ?? loss
    switch reduction {
    case .none: return weighted
    case .sum: return weighted.sum()
    case .mean: return weights.map { weighted.sum() / $0.detached.sum() } ?? weighted.mean()
    }
}
