import CKernels

/// a + b in float32, where a is a residual stream and b (float32 or bfloat16, the same shape) is what a layer adds to it.
public func residualAdd(_ a: Tensor, _ b: Tensor) -> Tensor {
    let add = ResidualSum("residualAdd", a, b)
    return Tensor.recording("residualAdd", add.values(a.detached, b.detached), operands: [a, b]) {
        [$0, $0.converted(to: add.addendType)]
    }
}

/// `residualAdd` and the `rmsNorm` of its result, each element read from memory once, forward and backward.
///
/// The backward pass keeps the sum, unless `b` itself is computed again; the norm is always computed again, as that of
/// `rmsNorm` is.
///
/// - Parameters:
///   - a: the residual stream, float32 [rows, columns].
///   - b: what is added to it, float32 or bfloat16.
///   - weight: [columns], float32.
///   - output: the type of the norm.
/// - Returns: the sum, float32, and its norm.
public func residualAddNorm(
    _ a: Tensor, _ b: Tensor, weight: Tensor, epsilon: Float, output: DType
) -> (sum: Tensor, norm: Tensor) {
    let add = ResidualSum("residualAddNorm", a, b)
    let norm = RowNorm("residualAddNorm", a, weight, epsilon, output: output)
    var sum = Tensor(uninitialized: a.shape)
    let y = Tensor(uninitialized: a.shape, dtype: output)
    let inverse = Tensor(uninitialized: [a.shape[0]])
    parallelRanges(a.shape[0], grain: norm.grain) { rows in
        add.forward(rows, a.detached, b.detached, into: sum)
        norm.forward(rows, sum, into: y, inverse)
    }
    guard GradientMode.isOn else { return (sum, y) }
    if b.recipe != nil {
        sum = sum.recomputable(from: [a.saved, b.saved]) { add.values($0[0], $0[1]) }
    }
    let saved = sum.saved
    let needsWeight = weight.requiresGradient
    var results = Tensor.recording("residualAddNorm", [sum, y], operands: [a, b, weight]) { gradients in
        guard let ofNorm = gradients[1].take() else {
            return [gradients[0], gradients[0]!.converted(to: add.addendType), nil]
        }
        // The gradient from above, in place where it is nobody else's.
        let accumulates = gradients[0] != nil
        var total = gradients[0].take() ?? Tensor(uninitialized: ofNorm.shape)
        total.ownMemory()
        let (stream, input) = (total, saved.value)
        let narrow = add.addendType == .float32 ? nil : Tensor(uninitialized: stream.shape, dtype: add.addendType)
        let weightGradient = needsWeight ? Tensor.zeros(norm.weight.shape) : nil
        parallelRanges(stream.shape[0], grain: needsWeight ? max(1, stream.shape[0]) : norm.grain) { rows in
            norm.backward(
                rows, input, inverse, ofNorm, into: stream, accumulating: accumulates, weightGradient)
            if let narrow { add.narrow(rows, stream, into: narrow) }
        }
        return [stream, narrow ?? stream, weightGradient]
    }
    results[1] = results[1].recomputable(from: [saved]) { norm.values($0[0]).y }
    return (results[0], results[1])
}

/// The sum of a float32 stream and an addend, on runs of rows.
private struct ResidualSum: Sendable {
    let columns: Int
    let addendType: DType

    init(_ operation: String, _ a: Tensor, _ b: Tensor) {
        guard a.shape == b.shape, a.dtype == .float32, b.dtype.isComputeType else {
            fatalError("\(operation): \(a.shape) \(a.dtype) and \(b.shape) \(b.dtype)")
        }
        columns = a.shape.last ?? 1
        addendType = b.dtype
    }

    func values(_ a: Tensor, _ b: Tensor) -> Tensor {
        let sum = Tensor(uninitialized: a.shape)
        parallelRanges(a.count / max(1, columns), grain: rowGrain(columns)) { forward($0, a, b, into: sum) }
        return sum
    }

    func forward(_ rows: Range<Int>, _ a: Tensor, _ b: Tensor, into sum: Tensor) {
        let kernels = ck_active().pointee
        let (first, count) = (rows.lowerBound * columns, Int64(rows.count * columns))
        if addendType == .float32 {
            kernels.ck_add_f32_f32(count, a.float32 + first, b.float32 + first, sum.float32 + first)
        } else {
            kernels.ck_add_f32_bf16(count, a.float32 + first, b.half + first, sum.float32 + first)
        }
    }

    /// Rows of a float32 gradient in the type of a bfloat16 addend.
    func narrow(_ rows: Range<Int>, _ gradient: Tensor, into result: Tensor) {
        let (first, count) = (rows.lowerBound * columns, Int64(rows.count * columns))
        ck_active().pointee.ck_convert_f32_bf16(count, gradient.float32 + first, result.half + first)
    }
}
