import CKernels

/// silu(gate) · up, element by element (Shazeer, arXiv 2002.05202).
///
/// Operations on the result do not keep it for their backward passes: it is computed again from `gate` and `up`, in one
/// pass over memory.
///
/// - Parameters:
///   - gate, up: one shape, float32 or bfloat16.
public func swiGLU(gate: Tensor, up: Tensor) -> Tensor {
    guard gate.shape == up.shape, gate.dtype == up.dtype, gate.dtype.isComputeType else {
        fatalError("swiGLU: gate \(gate.shape) \(gate.dtype) and up \(up.shape) \(up.dtype)")
    }
    let value = gated(gate.detached, up.detached)
    guard GradientMode.isOn else { return value }
    let (g, u) = (gate.saved, up.saved)
    return Tensor.recording("swiGLU", value, operands: [gate, up]) { gradient in
        gateGradients(g.value, u.value, gradient)
    }.recomputable(from: [g, u]) { gated($0[0], $0[1]) }
}

private func gated(_ gate: Tensor, _ up: Tensor) -> Tensor {
    let value = Tensor(uninitialized: gate.shape, dtype: gate.dtype)
    let kernels = ck_active().pointee
    parallelRanges(gate.count, grain: elementGrain) { range in
        let (first, count) = (range.lowerBound, Int64(range.count))
        if gate.dtype == .float32 {
            kernels.ck_swiglu_f32(count, gate.float32 + first, up.float32 + first, value.float32 + first)
        } else {
            kernels.ck_swiglu_bf16(count, gate.half + first, up.half + first, value.half + first)
        }
    }
    return value
}

private func gateGradients(_ gate: Tensor, _ up: Tensor, _ gradient: Tensor) -> [Tensor] {
    let results = [gate, up].map { Tensor(uninitialized: $0.shape, dtype: $0.dtype) }
    let (ofGate, ofUp) = (results[0], results[1])
    let kernels = ck_active().pointee
    parallelRanges(gate.count, grain: elementGrain) { range in
        let (first, count) = (range.lowerBound, Int64(range.count))
        if gate.dtype == .float32 {
            kernels.ck_swiglu_backward_f32(
                count, gate.float32 + first, up.float32 + first, gradient.float32 + first, ofGate.float32 + first,
                ofUp.float32 + first)
        } else {
            kernels.ck_swiglu_backward_bf16(
                count, gate.half + first, up.half + first, gradient.half + first, ofGate.half + first,
                ofUp.half + first)
        }
    }
    return results
}
