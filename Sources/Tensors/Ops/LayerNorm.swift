import CKernels

/// (x − mean) / √(variance + ε) · weight + bias over the last dimension (Ba et al., arXiv 1607.06450), the variance
/// being the mean of squared differences.
///
/// - Parameters:
///   - x: [rows, columns], a floating-point type: that of the result; the arithmetic is float32.
///   - weight, bias: [columns], float32.
public func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float) -> Tensor {
    guard x.rank == 2, x.dtype.isFloatingPoint, weight.shape == [x.shape[1]], bias.shape == weight.shape,
        weight.dtype == .float32, bias.dtype == .float32
    else {
        fatalError(
            "layerNorm: \(x.shape) \(x.dtype), weight \(weight.shape) \(weight.dtype) and bias \(bias.shape) "
                + "\(bias.dtype)")
    }
    let (rows, columns) = (x.shape[0], x.shape[1])
    let (input, scale, shift) = (x.detached.converted(to: .float32), weight.detached, bias.detached)
    let y = Tensor(uninitialized: x.shape)
    let (mean, inverse) = (Tensor(uninitialized: [rows]), Tensor(uninitialized: [rows]))
    let kernels = ck_active().pointee
    parallelRanges(rows, grain: rowGrain(columns)) { range in
        let first = range.lowerBound * columns
        kernels.ck_layer_norm_f32(
            Int64(range.count), Int64(columns), input.float32 + first, scale.float32, shift.float32, epsilon,
            y.float32 + first, mean.float32 + range.lowerBound, inverse.float32 + range.lowerBound)
    }
    let needsParameters = weight.requiresGradient || bias.requiresGradient
    let dtype = x.dtype
    return Tensor.recording("layerNorm", y.converted(to: dtype), operands: [x, weight, bias]) { gradient in
        let wide = gradient.converted(to: .float32)
        let result = Tensor(uninitialized: input.shape)
        let weightGradient = needsParameters ? Tensor.zeros([columns]) : nil
        let biasGradient = needsParameters ? Tensor.zeros([columns]) : nil
        // Sums over rows are made by one thread: their order must not depend on how many there are.
        parallelRanges(rows, grain: needsParameters ? max(1, rows) : rowGrain(columns)) { range in
            let first = range.lowerBound * columns
            kernels.ck_layer_norm_backward_f32(
                Int64(range.count), Int64(columns), input.float32 + first, scale.float32,
                mean.float32 + range.lowerBound, inverse.float32 + range.lowerBound, wide.float32 + first,
                result.float32 + first, false, weightGradient?.float32, biasGradient?.float32)
        }
        return [result.converted(to: dtype), weightGradient, biasGradient]
    }
}
