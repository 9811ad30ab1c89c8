import CKernels

/// x / √(mean(x²) + ε) · weight over the last dimension (Zhang and Sennrich, arXiv 1910.07467).
///
/// Operations on the result do not keep it for their backward passes: it is computed again from `x`, in one pass over
/// memory.
///
/// - Parameters:
///   - x: [rows, columns], float32 or bfloat16.
///   - weight: [columns], float32.
///   - output: the type of the result; a float32 residual stream gives bfloat16 inputs to bfloat16 products.
public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float, output: DType? = nil) -> Tensor {
    let norm = RowNorm("rmsNorm", x, weight, epsilon, output: output ?? x.dtype)
    let (y, inverse) = norm.values(x.detached)
    let (saved, type) = (x.saved, x.dtype)
    let needsWeight = weight.requiresGradient
    return Tensor.recording("rmsNorm", y, operands: [x, weight]) { gradient in
        let input = saved.value.converted(to: .float32)
        let result = Tensor(uninitialized: input.shape)
        // Sums over rows are made by one thread: their order must not depend on how many there are.
        let weightGradient = needsWeight ? Tensor.zeros(norm.weight.shape) : nil
        parallelRanges(input.shape[0], grain: needsWeight ? max(1, input.shape[0]) : norm.grain) { rows in
            norm.backward(rows, input, inverse, gradient, into: result, accumulating: false, weightGradient)
        }
        return [result.converted(to: type), weightGradient]
    }.recomputable(from: [saved]) { norm.values($0[0]).y }
}

/// RMSNorm of rows with a weight, forward and backward, on runs of rows.
struct RowNorm: Sendable {
    /// [columns], float32.
    let weight: Tensor
    let epsilon: Float
    /// The type of the result.
    let output: DType

    init(_ operation: String, _ x: Tensor, _ weight: Tensor, _ epsilon: Float, output: DType) {
        guard x.rank == 2, weight.shape == [x.shape[1]], weight.dtype == .float32 else {
            fatalError("\(operation): \(x.shape) and weight \(weight.shape) \(weight.dtype)")
        }
        guard x.dtype.isComputeType, output == .bfloat16 || output == x.dtype else {
            fatalError("\(operation): no kernel from \(x.dtype) to \(output)")
        }
        self.weight = weight.detached
        self.epsilon = epsilon
        self.output = output
    }

    private var columns: Int { weight.shape[0] }

    /// Rows of one chunk.
    var grain: Int { rowGrain(columns) }

    /// The norm of every row, and what each row was multiplied with beside the weight.
    func values(_ x: Tensor) -> (y: Tensor, inverse: Tensor) {
        let y = Tensor(uninitialized: x.shape, dtype: output)
        let inverse = Tensor(uninitialized: [x.shape[0]])
        parallelRanges(x.shape[0], grain: grain) { forward($0, x, into: y, inverse) }
        return (y, inverse)
    }

    func forward(_ rows: Range<Int>, _ x: Tensor, into y: Tensor, _ inverse: Tensor) {
        let kernels = ck_active().pointee
        let (first, count, width) = (rows.lowerBound * columns, Int64(rows.count), Int64(columns))
        let (scale, roots) = (weight.float32, inverse.float32 + rows.lowerBound)
        switch (x.dtype, output) {
        case (.float32, .float32):
            kernels.ck_rms_norm_f32_f32(count, width, x.float32 + first, scale, epsilon, y.float32 + first, roots)
        case (.float32, _):
            kernels.ck_rms_norm_f32_bf16(count, width, x.float32 + first, scale, epsilon, y.half + first, roots)
        default:
            kernels.ck_rms_norm_bf16_bf16(count, width, x.half + first, scale, epsilon, y.half + first, roots)
        }
    }

    /// The gradient of rows of a float32 `x`, set or added to what `result` holds, and that of the weight, added.
    func backward(
        _ rows: Range<Int>, _ x: Tensor, _ inverse: Tensor, _ gradient: Tensor, into result: Tensor,
        accumulating: Bool, _ weightGradient: Tensor?
    ) {
        let kernels = ck_active().pointee
        let (first, count, width) = (rows.lowerBound * columns, Int64(rows.count), Int64(columns))
        let (scale, roots) = (weight.float32, inverse.float32 + rows.lowerBound)
        if gradient.dtype == .float32 {
            kernels.ck_rms_norm_backward_f32_f32(
                count, width, x.float32 + first, scale, roots, gradient.float32 + first, result.float32 + first,
                accumulating, weightGradient?.float32)
        } else {
            kernels.ck_rms_norm_backward_f32_bf16(
                count, width, x.float32 + first, scale, roots, gradient.half + first, result.float32 + first,
                accumulating, weightGradient?.float32)
        }
    }
}

/// Rows of one chunk where a kernel walks over rows.
func rowGrain(_ columns: Int) -> Int { max(1, elementGrain / max(1, columns)) }
