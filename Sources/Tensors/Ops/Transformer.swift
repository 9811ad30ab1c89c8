import CKernels

/// x / √(mean(x²) + ε) · weight over the last dimension (Zhang and Sennrich, arXiv 1910.07467).
///
/// - Parameters:
///   - x: [rows, columns], float32 or bfloat16.
///   - weight: [columns], float32.
///   - output: the type of the result; a float32 residual stream gives bfloat16 inputs to bfloat16 products.
public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float, output: DType? = nil) -> Tensor {
    guard x.rank == 2, weight.shape == [x.shape[1]], weight.dtype == .float32 else {
        fatalError("rmsNorm: \(x.shape) and weight \(weight.shape) \(weight.dtype)")
    }
    let (rows, columns) = (x.shape[0], x.shape[1])
    let target = output ?? x.dtype
    let (saved, scale) = (x.detached, weight.detached)
    let y = Tensor(uninitialized: x.shape, dtype: target)
    let inverse = Tensor(uninitialized: [rows])
    let kernels = ck_active().pointee
    parallelRanges(rows, grain: rowGrain(columns)) { range in
        let (first, count, width) = (range.lowerBound * columns, Int64(range.count), Int64(columns))
        let roots = inverse.float32 + range.lowerBound
        switch (saved.dtype, target) {
        case (.float32, .float32):
            kernels.ck_rms_norm_f32_f32(
                count, width, saved.float32 + first, scale.float32, epsilon, y.float32 + first, roots)
        case (.float32, .bfloat16):
            kernels.ck_rms_norm_f32_bf16(
                count, width, saved.float32 + first, scale.float32, epsilon, y.half + first, roots)
        case (.bfloat16, .bfloat16):
            kernels.ck_rms_norm_bf16_bf16(
                count, width, saved.half + first, scale.float32, epsilon, y.half + first, roots)
        default: fatalError("rmsNorm: no kernel from \(saved.dtype) to \(target)")
        }
    }
    let needsWeight = weight.requiresGradient
    return Tensor.recording("rmsNorm", y, operands: [x, weight]) { gradient in
        let input = saved.converted(to: .float32)
        let result = Tensor(uninitialized: saved.shape)
        // Sums over rows are made by one thread: their order must not depend on how many there are.
        let weightGradient = needsWeight ? Tensor.zeros([columns]) : nil
        parallelRanges(rows, grain: needsWeight ? max(1, rows) : rowGrain(columns)) { range in
            let (first, count, width) = (range.lowerBound * columns, Int64(range.count), Int64(columns))
            let roots = inverse.float32 + range.lowerBound
            switch gradient.dtype {
            case .float32:
                kernels.ck_rms_norm_backward_f32_f32(
                    count, width, input.float32 + first, scale.float32, roots, gradient.float32 + first,
                    result.float32 + first, false, weightGradient?.float32)
            default:
                kernels.ck_rms_norm_backward_f32_bf16(
                    count, width, input.float32 + first, scale.float32, roots, gradient.half + first,
                    result.float32 + first, false, weightGradient?.float32)
            }
        }
        return [result.converted(to: saved.dtype), weightGradient]
    }
}

/// Rotates pairs of features by angles that grow with the position (Su et al., arXiv 2104.09864), the halves of a head
/// being the two sides of the pairs, as in Hugging Face's models.
///
/// - Parameters:
///   - x: [tokens, heads · headDimension], float32 or bfloat16.
///   - table: the cosines and sines of every position.
///   - positions: int32 [tokens].
public func rotaryEmbedding(_ x: Tensor, heads: Int, table: RotaryTable, positions: Tensor) -> Tensor {
    guard x.rank == 2, x.shape[1] == heads * table.headDimension, positions.shape == [x.shape[0]],
        x.dtype.isComputeType
    else {
        fatalError(
            "rotaryEmbedding: \(x.shape) \(x.dtype) with \(heads) heads of \(table.headDimension), positions \(positions.shape)"
        )
    }
    for i in 0..<positions.count where !(0..<table.positionCount).contains(Int(positions.int32[i])) {
        fatalError(
            "rotaryEmbedding: position \(positions.int32[i]) for \(x.shape), a table of \(table.positionCount) positions"
        )
    }
    let rotated = rotate(x.detached, heads: heads, table: table, positions: positions, inverse: false)
    return Tensor.recording("rotaryEmbedding", rotated, operands: [x]) {
        [rotate($0, heads: heads, table: table, positions: positions, inverse: true)]
    }
}

private func rotate(_ x: Tensor, heads: Int, table: RotaryTable, positions: Tensor, inverse: Bool) -> Tensor {
    let result = Tensor(uninitialized: x.shape, dtype: x.dtype)
    let kernels = ck_active().pointee
    let columns = x.shape[1]
    parallelRanges(x.shape[0], grain: rowGrain(columns)) { range in
        let (first, count) = (range.lowerBound * columns, Int64(range.count))
        let places = positions.int32 + range.lowerBound
        let (head, dimension) = (Int64(heads), Int64(table.headDimension))
        switch x.dtype {
        case .float32:
            kernels.ck_rope_f32(
                count, head, dimension, table.cosines.float32, table.sines.float32, places, inverse, x.float32 + first,
                result.float32 + first)
        default:
            kernels.ck_rope_bf16(
                count, head, dimension, table.cosines.float32, table.sines.float32, places, inverse, x.half + first,
                result.half + first)
        }
    }
    return result
}

/// silu(gate) · up, element by element (Shazeer, arXiv 2002.05202).
///
/// - Parameters:
///   - gate, up: one shape, float32 or bfloat16.
public func swiGLU(gate: Tensor, up: Tensor) -> Tensor {
    guard gate.shape == up.shape, gate.dtype == up.dtype, gate.dtype.isComputeType else {
        fatalError("swiGLU: gate \(gate.shape) \(gate.dtype) and up \(up.shape) \(up.dtype)")
    }
    let (g, u) = (gate.detached, up.detached)
    let value = Tensor(uninitialized: g.shape, dtype: g.dtype)
    let kernels = ck_active().pointee
    parallelRanges(g.count, grain: elementGrain) { range in
        let (first, count) = (range.lowerBound, Int64(range.count))
        if g.dtype == .float32 {
            kernels.ck_swiglu_f32(count, g.float32 + first, u.float32 + first, value.float32 + first)
        } else {
            kernels.ck_swiglu_bf16(count, g.half + first, u.half + first, value.half + first)
        }
    }
    return Tensor.recording("swiGLU", value, operands: [gate, up]) { gradient in
        let gateGradient = Tensor(uninitialized: g.shape, dtype: g.dtype)
        let upGradient = Tensor(uninitialized: g.shape, dtype: g.dtype)
        parallelRanges(g.count, grain: elementGrain) { range in
            let (first, count) = (range.lowerBound, Int64(range.count))
            if g.dtype == .float32 {
                kernels.ck_swiglu_backward_f32(
                    count, g.float32 + first, u.float32 + first, gradient.float32 + first,
                    gateGradient.float32 + first, upGradient.float32 + first)
            } else {
                kernels.ck_swiglu_backward_bf16(
                    count, g.half + first, u.half + first, gradient.half + first, gateGradient.half + first,
                    upGradient.half + first)
            }
        }
        return [gateGradient, upGradient]
    }
}

/// a + b in float32, where a is a residual stream and b (float32 or bfloat16, the same shape) is what a layer adds to it.
public func residualAdd(_ a: Tensor, _ b: Tensor) -> Tensor {
    guard a.shape == b.shape, a.dtype == .float32, b.dtype.isComputeType else {
        fatalError("residualAdd: \(a.shape) \(a.dtype) and \(b.shape) \(b.dtype)")
    }
    let (x, y) = (a.detached, b.detached)
    let sum = Tensor(uninitialized: x.shape)
    let kernels = ck_active().pointee
    parallelRanges(x.count, grain: elementGrain) { range in
        let (first, count) = (range.lowerBound, Int64(range.count))
        if y.dtype == .float32 {
            kernels.ck_add_f32_f32(count, x.float32 + first, y.float32 + first, sum.float32 + first)
        } else {
            kernels.ck_add_f32_bf16(count, x.float32 + first, y.half + first, sum.float32 + first)
        }
    }
    return Tensor.recording("residualAdd", sum, operands: [a, b]) { [$0, $0.converted(to: y.dtype)] }
}

/// Rows of one chunk where a kernel walks over rows.
func rowGrain(_ columns: Int) -> Int { max(1, elementGrain / max(1, columns)) }
