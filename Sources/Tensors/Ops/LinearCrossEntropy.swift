import CKernels
import Diagnostics

/// The negative log-likelihood of target tokens under a linear head: −log softmax(h·Wᵀ)[target], in nats, for chosen rows.
///
/// Logits exist for one chunk of rows at a time, and only for rows that are asked for. The gradient of the chosen rows is
/// computed with the loss, up to the factor that comes later from above: it is a factor of a whole row.
///
/// - Parameters:
///   - hiddenStates: [tokens, hidden], float32 or bfloat16: the type of the products; the softmax is float32.
///   - weight: [vocabulary, hidden].
///   - rows: which rows of `hiddenStates` predict a token that counts, int32 [n].
///   - targets: the tokens they should predict, int32 [n].
/// - Returns: [n], float32.
public func linearCrossEntropy(hiddenStates: Tensor, weight: FrozenWeight, rows: Tensor, targets: Tensor) -> Tensor {
    let (vocabulary, hidden) = (weight.shape[0], weight.shape[1])
    guard hiddenStates.rank == 2, hiddenStates.shape[1] == hidden, hiddenStates.dtype.isComputeType else {
        fatalError("linearCrossEntropy: \(hiddenStates.shape) \(hiddenStates.dtype) and weight \(weight.shape)")
    }
    guard rows.rank == 1, rows.shape == targets.shape else {
        fatalError("linearCrossEntropy: rows \(rows.shape) and targets \(targets.shape)")
    }
    let states = hiddenStates.detached
    let (count, tokens, compute) = (rows.count, states.shape[0], states.dtype)
    let wantsGradient = GradientMode.isOn && hiddenStates.requiresGradient
    let losses = Tensor(uninitialized: [count])
    let rowGradients = wantsGradient ? Tensor(uninitialized: [count, hidden]) : nil
    let chunkRows = max(16, logitBytes / (vocabulary * 4))
    let kernels = ck_active().pointee
    for first in stride(from: 0, to: count, by: chunkRows) {
        let chunk = min(chunkRows, count - first)
        let selected = Tensor(uninitialized: [chunk, hidden], dtype: compute)
        for i in 0..<chunk {
            let row = Int(rows.int32[first + i])
            require(row >= 0 && row < tokens, "linearCrossEntropy: row \(row) of \(tokens)")
            let bytes = hidden * compute.byteCount
            (selected.pointer + i * bytes).copyMemory(from: states.pointer + row * bytes, byteCount: bytes)
        }
        let logits = Tensor(uninitialized: [chunk, vocabulary])
        product(
            [ProductTerm(a: selected.matrix, b: weight.matrix, k: hidden)], m: chunk, n: vocabulary, compute: compute,
            into: logits)
        let narrow = wantsGradient ? Tensor(uninitialized: [chunk, vocabulary], dtype: compute) : nil
        parallel(chunk) { i in
            let target = targets.int32 + first + i
            require(target[0] >= 0 && Int(target[0]) < vocabulary, "linearCrossEntropy: target \(target[0])")
            let row = logits.float32 + i * vocabulary
            var logSumExp: Float = 0
            var one: Float = 1
            kernels.ck_cross_entropy_f32(1, Int64(vocabulary), row, target, losses.float32 + first + i, &logSumExp)
            guard let narrow else { return }
            if compute == .float32 {
                kernels.ck_cross_entropy_gradient_f32(
                    1, Int64(vocabulary), row, target, &logSumExp, &one, narrow.float32 + i * vocabulary)
            } else {
                kernels.ck_cross_entropy_gradient_bf16(
                    1, Int64(vocabulary), row, target, &logSumExp, &one, narrow.half + i * vocabulary)
            }
        }
        if let narrow, let rowGradients {
            let part = Tensor(
                shape: [chunk, hidden], dtype: .float32, storage: rowGradients.storage, offset: first * hidden)
            product(
                [ProductTerm(a: narrow.matrix, b: weight.matrix, bIsTransposed: true, k: vocabulary)], m: chunk,
                n: hidden, compute: compute, into: part)
        }
    }
    return Tensor.recording("linearCrossEntropy", losses, operands: [hiddenStates]) { gradient in
        let result = Tensor.zeros([tokens, hidden])
        for i in 0..<count {
            kernels.ck_axpy_f32(
                Int64(hidden), gradient.float32[i], rowGradients!.float32 + i * hidden,
                result.float32 + Int(rows.int32[i]) * hidden)
        }
        return [result.converted(to: compute)]
    }
}

/// Bytes of logits that may exist at once.
let logitBytes = 64 << 20
