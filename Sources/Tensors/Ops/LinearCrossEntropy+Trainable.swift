import CKernels

/// The negative log-likelihood of target tokens under a linear head whose weight may be trained.
///
/// As with a frozen weight, logits exist for one chunk of rows at a time. What the backward pass keeps is one number a
/// row; it computes the logits again, chunk by chunk, and makes both gradients from them.
///
/// - Parameters:
///   - hiddenStates: [tokens, hidden], float32 or bfloat16: the type of the products; the softmax is float32.
///   - weight: [vocabulary, hidden], a floating-point type.
///   - rows: which rows of `hiddenStates` predict a token that counts, int32 [n].
///   - targets: the tokens they should predict, int32 [n].
/// - Returns: [n], float32, in nats.
public func linearCrossEntropy(hiddenStates: Tensor, weight: Tensor, rows: Tensor, targets: Tensor) -> Tensor {
    guard weight.rank == 2, hiddenStates.rank == 2, hiddenStates.shape[1] == weight.shape[1],
        hiddenStates.dtype.isComputeType
    else {
        fatalError("linearCrossEntropy: \(hiddenStates.shape) \(hiddenStates.dtype) and weight \(weight.shape)")
    }
    guard rows.rank == 1, rows.shape == targets.shape else {
        fatalError("linearCrossEntropy: rows \(rows.shape) and targets \(targets.shape)")
    }
    let (vocabulary, tokens, compute) = (weight.shape[0], hiddenStates.shape[0], hiddenStates.dtype)
    let (states, w, places, wanted) = (hiddenStates.detached, weight.detached, rows.detached, targets.detached)
    for i in 0..<rows.count {
        guard (0..<tokens).contains(Int(places.int32[i])), (0..<vocabulary).contains(Int(wanted.int32[i])) else {
            fatalError(
                "linearCrossEntropy: row \(places.int32[i]) and target \(wanted.int32[i]) for \(hiddenStates.shape) "
                    + "and weight \(weight.shape)")
        }
    }
    let head = TrainableHead(weight: w, compute: compute)
    let losses = Tensor(uninitialized: [rows.count])
    let logSumExp = Tensor(uninitialized: [rows.count])
    let kernels = ck_active().pointee
    head.forEachChunk(of: places, states) { first, selected in
        let logits = head.logits(selected)
        parallel(selected.shape[0]) { i in
            kernels.ck_cross_entropy_f32(
                1, Int64(vocabulary), logits.float32 + i * vocabulary, wanted.int32 + first + i,
                losses.float32 + first + i, logSumExp.float32 + first + i)
        }
    }
    let (needsStates, needsWeight) = (hiddenStates.requiresGradient, weight.requiresGradient)
    return Tensor.recording("linearCrossEntropy", losses, operands: [hiddenStates, weight]) { gradient in
        let statesGradient = needsStates ? Tensor.zeros(states.shape) : nil
        let weightGradient = needsWeight ? Tensor.zeros(w.shape) : nil
        head.forEachChunk(of: places, states) { first, selected in
            // In place: the gradient of a logit needs that logit alone.
            let logits = head.logits(selected)
            parallel(selected.shape[0]) { i in
                let row = logits.float32 + i * vocabulary
                kernels.ck_cross_entropy_gradient_f32(
                    1, Int64(vocabulary), row, wanted.int32 + first + i, logSumExp.float32 + first + i,
                    gradient.float32 + first + i, row)
            }
            head.addGradients(
                of: logits, selected, rows: places.int32 + first, states: statesGradient, weight: weightGradient)
        }
        return [statesGradient?.converted(to: compute), weightGradient?.converted(to: w.dtype)]
    }
}

/// A head's products on chunks of rows.
private struct TrainableHead {
    let weight: Tensor
    let compute: DType

    private var vocabulary: Int { weight.shape[0] }
    private var hidden: Int { weight.shape[1] }

    /// Calls `body` with the chosen rows of `states`, a chunk at a time, and where the chunk starts among them.
    func forEachChunk(of rows: Tensor, _ states: Tensor, _ body: (_ first: Int, _ selected: Tensor) -> Void) {
        let chunkRows = max(16, logitBytes / (vocabulary * 4))
        for first in stride(from: 0, to: rows.count, by: chunkRows) {
            body(first, take(states, rows[first..<min(first + chunkRows, rows.count)]))
        }
    }

    /// Float32 [rows, vocabulary].
    func logits(_ selected: Tensor) -> Tensor {
        let result = Tensor(uninitialized: [selected.shape[0], vocabulary])
        product(
            [ProductTerm(a: selected.matrix, b: weight.matrix, k: hidden)], m: selected.shape[0], n: vocabulary,
            compute: compute, into: result)
        return result
    }

    /// Adds gradient·W to the rows of `states`, and gradientᵀ·selected to `weight`.
    func addGradients(
        of gradient: Tensor, _ selected: Tensor, rows: UnsafePointer<Int32>, states: Tensor?, weight target: Tensor?
    ) {
        let count = selected.shape[0]
        if let states {
            let part = Tensor(uninitialized: [count, hidden])
            product(
                [ProductTerm(a: gradient.matrix, b: weight.matrix, bIsTransposed: true, k: vocabulary)], m: count,
                n: hidden, compute: compute, into: part)
            ck_active().pointee.ck_scatter_add_rows_f32(
                Int64(count), Int64(hidden), part.float32, rows, states.float32)
        }
        if let target {
            product(
                [
                    ProductTerm(
                        a: gradient.matrix, aIsTransposed: true, b: selected.matrix, bIsTransposed: true, k: count)
                ], m: vocabulary, n: hidden, compute: compute, into: target, accumulating: true)
        }
    }
}
