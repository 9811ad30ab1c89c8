import CKernels

/// Causal grouped-query attention: softmax(scale · Q·Kᵀ)·V, each query over the keys that the plan lets it see.
///
/// Scores exist for one block of keys and queries at a time (Dao, arXiv 2307.08691); the backward pass computes them again
/// from the kept maximum and sum of every softmax. Memory beyond the results grows with the tokens, not with their square. Gradients of keys that
/// several segments see are summed over them in float32 before they are rounded to the keys' type.
///
/// Sums and the softmax are float32 for every type. bfloat16 operands are multiplied exactly; where the processor multiplies
/// pairs of them, probabilities and the gradients of scores are rounded to bfloat16, relatively by at most 2⁻⁸, for their
/// products: the output is then within 2⁻⁸ · max |v| of the one of unrounded probabilities before it is rounded itself.
///
/// - Parameters:
///   - queries: [tokens, heads · headDimension], float32 or bfloat16.
///   - keys, values: [keyTokens, keyValueHeads · headDimension]; query head h reads key head h / (heads / keyValueHeads).
///   - plan: which queries see which keys.
///   - scale: of the scores; 1/√headDimension where nil.
///   - keepsResult: false where the backward pass is to compute the result again from queries, keys and values instead of
///     keeping it.
/// - Returns: [tokens, heads · headDimension].
public func attention(
    queries: Tensor, keys: Tensor, values: Tensor, plan: SegmentPlan, heads: Int, keyValueHeads: Int,
    scale: Float? = nil, keepsResult: Bool = true
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
    var form = ck_attention()
    form.type = queries.dtype.kernelType
    form.heads = Int64(heads)
    form.kv_heads = Int64(keyValueHeads)
    form.head_dimension = Int64(headDimension)
    form.scale = scale ?? 1 / Float(headDimension).squareRoot()
    let kernel = AttentionKernel(form: form, segments: plan.kernelSegments)
    let results = kernel.forward([queries, keys, values].map(\.detached))
    guard GradientMode.isOn else { return results[0] }
    let saved = [queries, keys, values].map(\.saved)
    let kept: [SavedTensor]
    if keepsResult {
        kept = results.map(SavedTensor.kept)
    } else {
        let recomputation = Recomputation(saved, kernel.forward)
        kept = [0, 1].map { .recomputed(RecomputedValue(recomputation: recomputation, index: $0)) }
    }
    var output = Tensor.recording("attention", results[0], operands: [queries, keys, values]) { gradient in
        kernel.backward(saved.map(\.value), results: kept.map(\.value), gradient)
    }
    if case .recomputed(let recipe) = kept[0] { output.recipe = recipe }
    return output
}

/// The kernels' calls for one form of attention over one plan.
private struct AttentionKernel: @unchecked Sendable {
    /// Without its tensors.
    let form: ck_attention
    let segments: [ck_segment]

    private func call(_ operands: [Tensor], _ results: [Tensor]) -> ck_attention {
        var call = form
        call.queries = UnsafeRawPointer(operands[0].pointer)
        call.keys = UnsafeRawPointer(operands[1].pointer)
        call.values = UnsafeRawPointer(operands[2].pointer)
        call.output = results[0].pointer
        call.softmax = results[1].float32
        return call
    }

    /// The result, and what the backward pass needs of the softmax of every query.
    func forward(_ operands: [Tensor]) -> [Tensor] {
        let queries = operands[0]
        let results = [
            Tensor(uninitialized: queries.shape, dtype: queries.dtype),
            Tensor(uninitialized: [queries.shape[0], 2 * Int(form.heads)]),
        ]
        // The call's pointers live in the tensors named here.
        withExtendedLifetime((operands, results)) {
            var call = call(operands, results)
            ck_attention_forward(&call, segments, Int64(segments.count))
        }
        return results
    }

    /// The gradients of queries, keys and values.
    func backward(_ operands: [Tensor], results: [Tensor], _ gradient: Tensor) -> [Tensor] {
        let gradients = operands.map { Tensor.zeros($0.shape, dtype: $0.dtype) }
        withExtendedLifetime((operands, results, gradient, gradients)) {
            var call = call(operands, results)
            call.output_gradient = UnsafeRawPointer(gradient.pointer)
            call.query_gradient = gradients[0].pointer
            call.key_gradient = gradients[1].pointer
            call.value_gradient = gradients[2].pointer
            ck_attention_backward(&call, segments, Int64(segments.count))
        }
        return gradients
    }
}

/// Bytes that attention's backward pass takes for each key while it runs.
package func attentionBytesPerKey(keyValueHeads: Int, headDimension: Int, type: DType) -> Int {
    Int(ck_attention_bytes_of_key(type.kernelType, Int64(keyValueHeads), Int64(headDimension)))
}
