import CKernels

/// Causal grouped-query attention: softmax(scale · Q·Kᵀ)·V, each query over the keys that the plan lets it see.
///
/// Scores exist for one block of keys and queries at a time (Dao, arXiv 2307.08691); the backward pass computes them again
/// from the kept log-sum-exp. Arithmetic is float32 for every input type. Gradients of keys that several segments see are
/// summed over them before they are rounded to the keys' type.
///
/// - Parameters:
///   - queries: [tokens, heads · headDimension], float32 or bfloat16.
///   - keys, values: [keyTokens, keyValueHeads · headDimension]; query head h reads key head h / (heads / keyValueHeads).
///   - plan: which queries see which keys.
///   - scale: of the scores; 1/√headDimension where nil.
/// - Returns: [tokens, heads · headDimension].
public func attention(
    queries: Tensor, keys: Tensor, values: Tensor, plan: SegmentPlan, heads: Int, keyValueHeads: Int,
    scale: Float? = nil
) -> Tensor {
    guard queries.rank == 2, keys.rank == 2, heads > 0, keyValueHeads > 0, queries.shape[1] % heads == 0,
        heads % keyValueHeads == 0, keys.shape == values.shape,
        keys.shape[1] == keyValueHeads * (queries.shape[1] / heads), queries.dtype == keys.dtype,
        keys.dtype == values.dtype, queries.dtype.isComputeType
    else {
        fatalError(
            "attention: queries \(queries.shape) \(queries.dtype), keys \(keys.shape) \(keys.dtype), values \(values.shape) "
                + "\(values.dtype) for \(heads) heads and \(keyValueHeads) key heads")
    }
    guard plan.queryCount == queries.shape[0], plan.keyCount <= keys.shape[0] else {
        fatalError(
            "attention: a plan of \(plan.queryCount) queries and \(plan.keyCount) keys for \(queries.shape) and \(keys.shape)"
        )
    }
    let headDimension = queries.shape[1] / heads
    let (q, k, v) = (queries.detached, keys.detached, values.detached)
    let output = Tensor(uninitialized: q.shape, dtype: q.dtype)
    let logSumExp = Tensor(uninitialized: [q.shape[0], heads])
    var call = ck_attention()
    call.type = q.dtype.kernelType
    call.heads = Int64(heads)
    call.kv_heads = Int64(keyValueHeads)
    call.head_dimension = Int64(headDimension)
    call.scale = scale ?? 1 / Float(headDimension).squareRoot()
    call.queries = UnsafeRawPointer(q.pointer)
    call.keys = UnsafeRawPointer(k.pointer)
    call.values = UnsafeRawPointer(v.pointer)
    call.output = output.pointer
    call.log_sum_exp = logSumExp.float32
    let segments = plan.kernelSegments
    ck_attention_forward(&call, segments, Int64(segments.count))
    nonisolated(unsafe) let forward = call
    return Tensor.recording("attention", output, operands: [queries, keys, values]) { gradient in
        let gradients = [q, k, v].map { Tensor.zeros($0.shape, dtype: $0.dtype) }
        // The call's pointers live in the tensors named here.
        return withExtendedLifetime([q, k, v, output, logSumExp, gradient]) {
            var call = forward
            call.output_gradient = UnsafeRawPointer(gradient.pointer)
            call.query_gradient = gradients[0].pointer
            call.key_gradient = gradients[1].pointer
            call.value_gradient = gradients[2].pointer
            ck_attention_backward(&call, segments, Int64(segments.count))
            return gradients
        }
    }
}
