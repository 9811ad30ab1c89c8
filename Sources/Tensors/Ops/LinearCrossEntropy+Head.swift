import CKernels

/// A head's products on chunks of the rows that predict something.
struct LossHead: Sendable {
    /// Rows of hidden states, and where they lie among all that predict something.
    struct Chunk {
        let first: Int
        /// [rows of the chunk, hidden].
        let states: Tensor
    }

    let weight: FrozenWeight
    private let compute: DType
    private let rows: Tensor
    private let targets: Tensor

    var vocabulary: Int { weight.shape[0] }
    var hidden: Int { weight.shape[1] }

    init(_ weight: FrozenWeight, _ states: Tensor, rows: Tensor, targets: Tensor) {
        guard states.rank == 2, states.shape[1] == weight.shape[1], states.dtype.isComputeType else {
            fatalError("linearCrossEntropy: \(states.shape) \(states.dtype) and weight \(weight.shape)")
        }
        guard rows.rank == 1, rows.shape == targets.shape else {
            fatalError("linearCrossEntropy: rows \(rows.shape) and targets \(targets.shape)")
        }
        for i in 0..<rows.count {
            let (row, target) = (Int(rows.int32[i]), Int(targets.int32[i]))
            guard (0..<states.shape[0]).contains(row), (0..<weight.shape[0]).contains(target) else {
                fatalError(
                    "linearCrossEntropy: row \(row) and target \(target) for \(states.shape) and weight "
                        + "\(weight.shape)")
            }
        }
        self.weight = weight
        self.rows = rows.detached
        self.targets = targets.detached
        compute = states.dtype
    }

    func forEachChunk(of states: Tensor, _ body: (Chunk) -> Void) {
        let size = lossHeadChunkRows(vocabulary: vocabulary)
        for first in stride(from: 0, to: rows.count, by: size) {
            body(Chunk(first: first, states: take(states, rows[first..<min(first + size, rows.count)])))
        }
    }

    /// Float32 [rows of the chunk, vocabulary].
    func logits(_ states: Tensor) -> Tensor {
        let result = Tensor(uninitialized: [states.shape[0], vocabulary])
        product(
            [ProductTerm(a: states.matrix, b: weight.matrix, k: hidden)], m: states.shape[0], n: vocabulary,
            compute: compute, into: result)
        return result
    }

    func losses(_ logits: Tensor, _ chunk: Chunk, into losses: Tensor, _ logSumExp: Tensor) {
        let kernels = ck_active().pointee
        parallel(logits.shape[0]) { i in
            let place = chunk.first + i
            kernels.ck_cross_entropy_f32(
                1, Int64(vocabulary), logits.float32 + i * vocabulary, targets.int32 + place, losses.float32 + place,
                logSumExp.float32 + place)
        }
    }

    /// The gradient of the logits, in their place: that of a logit needs that logit alone.
    ///
    /// - Parameter factors: what comes from above, one for each row.
    func logitGradient(_ logits: Tensor, _ chunk: Chunk, _ logSumExp: Tensor, factors: Tensor) -> Tensor {
        let kernels = ck_active().pointee
        parallel(logits.shape[0]) { i in
            let (row, place) = (logits.float32 + i * vocabulary, chunk.first + i)
            kernels.ck_cross_entropy_gradient_f32(
                1, Int64(vocabulary), row, targets.int32 + place, logSumExp.float32 + place, factors.float32 + place,
                row)
        }
        return logits
    }

    /// gradient·W as rows of `result`, float32, from `first` on.
    func stateGradient(_ gradient: Tensor, into result: Tensor, at first: Int) {
        let count = gradient.shape[0]
        product(
            [ProductTerm(a: gradient.matrix, b: weight.matrix, bIsTransposed: true, k: vocabulary)], m: count,
            n: hidden, compute: compute, into: result[first..<first + count])
    }

    /// Adds gradientᵀ·states to `result`, float32 [vocabulary, hidden].
    func addWeightGradient(_ gradient: Tensor, _ states: Tensor, to result: Tensor) {
        let count = gradient.shape[0]
        product(
            [ProductTerm(a: gradient.matrix, aIsTransposed: true, b: states.matrix, bIsTransposed: true, k: count)],
            m: vocabulary, n: hidden, compute: compute, into: result, accumulating: true)
    }

    /// The rows' gradients times their factors, each added in float32 to the row of hidden states it belongs to.
    func scattered(_ rowGradients: Tensor, factors: Tensor, to shape: [Int]) -> Tensor {
        let result = Tensor.zeros(shape)
        let kernels = ck_active().pointee
        for i in 0..<rows.count {
            kernels.ck_axpy_f32(
                Int64(hidden), factors.float32[i], rowGradients.float32 + i * hidden,
                result.float32 + Int(rows.int32[i]) * hidden)
        }
        return result.converted(to: compute)
    }
}

/// Rows whose logits may exist at once: 64 MiB of them.
package func lossHeadChunkRows(vocabulary: Int) -> Int { max(16, (64 << 20) / (vocabulary * 4)) }

/// Bytes that `linearCrossEntropy` with a frozen head takes at its peak beside its operands.
///
/// - Parameters:
///   - rows: that predict something.
///   - compute: the type of the hidden states.
package func linearCrossEntropyBytes(rows: Int, hidden: Int, vocabulary: Int, compute: DType) -> Int {
    let chunk = min(rows, lossHeadChunkRows(vocabulary: vocabulary))
    return rows * hidden * 4 + chunk * (vocabulary * 4 + hidden * compute.byteCount)
}
