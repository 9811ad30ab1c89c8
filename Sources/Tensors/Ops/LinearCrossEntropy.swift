import CKernels

/// The negative log-likelihood of target tokens under a linear head that never changes: −log softmax(h·Wᵀ)[target], in
/// nats, for chosen rows.
///
/// Logits exist for one chunk of rows at a time, and only for rows that are asked for. The gradient of the chosen rows is
/// computed with the loss, up to the factor that comes later from above: it is a factor of a whole row.
///
/// - Parameters:
///   - hiddenStates: [tokens, hidden], float32 or bfloat16: the type of the products; the softmax is float32.
///   - weight: [vocabulary, hidden].
///   - rows: which rows of `hiddenStates` predict a token that counts, int32 [n]; one row may predict several.
///   - targets: the tokens they should predict, int32 [n].
/// - Returns: [n], float32.
public func linearCrossEntropy(hiddenStates: Tensor, weight: FrozenWeight, rows: Tensor, targets: Tensor) -> Tensor {
    let head = LossHead(weight, hiddenStates, rows: rows, targets: targets)
    let (losses, logSumExp) = (Tensor(uninitialized: [rows.count]), Tensor(uninitialized: [rows.count]))
    let wantsGradient = GradientMode.isOn && hiddenStates.requiresGradient
    let rowGradients = wantsGradient ? Tensor(uninitialized: [rows.count, head.hidden]) : nil
    let factors = Tensor.ones([rows.count])
    head.forEachChunk(of: hiddenStates.detached) { chunk in
        let logits = head.logits(chunk.states)
        head.losses(logits, chunk, into: losses, logSumExp)
        if let rowGradients {
            let gradient = head.logitGradient(logits, chunk, logSumExp, factors: factors)
            head.stateGradient(gradient, into: rowGradients, at: chunk.first)
        }
    }
    let shape = hiddenStates.shape
    return Tensor.recording("linearCrossEntropy", losses, operands: [hiddenStates]) { gradient in
        [head.scattered(rowGradients!, factors: gradient, to: shape)]
    }
}

/// The negative log-likelihood of target tokens under a linear head whose weight may be trained.
///
/// As with a frozen weight, logits exist for one chunk of rows at a time. What the backward pass keeps is one number a
/// row; it computes the logits again, chunk by chunk, and makes both gradients from them.
///
/// - Parameters:
///   - hiddenStates: [tokens, hidden], float32 or bfloat16: the type of the products; the softmax is float32.
///   - weight: [vocabulary, hidden], a floating-point type.
///   - rows: which rows of `hiddenStates` predict a token that counts, int32 [n]; one row may predict several.
///   - targets: the tokens they should predict, int32 [n].
/// - Returns: [n], float32, in nats.
public func linearCrossEntropy(hiddenStates: Tensor, weight: Tensor, rows: Tensor, targets: Tensor) -> Tensor {
    guard weight.rank == 2 else {
        fatalError("linearCrossEntropy: \(hiddenStates.shape) \(hiddenStates.dtype) and weight \(weight.shape)")
    }
    let head = LossHead(.dense(weight.detached), hiddenStates, rows: rows, targets: targets)
    let (losses, logSumExp) = (Tensor(uninitialized: [rows.count]), Tensor(uninitialized: [rows.count]))
    head.forEachChunk(of: hiddenStates.detached) { chunk in
        head.losses(head.logits(chunk.states), chunk, into: losses, logSumExp)
    }
    let (saved, type) = (hiddenStates.saved, weight.dtype)
    let (needsStates, needsWeight) = (hiddenStates.requiresGradient, weight.requiresGradient)
    return Tensor.recording("linearCrossEntropy", losses, operands: [hiddenStates, weight]) { gradient in
        let states = saved.value
        let rowGradients = needsStates ? Tensor(uninitialized: [losses.count, head.hidden]) : nil
        let weightGradient = needsWeight ? Tensor.zeros(head.weight.shape) : nil
        head.forEachChunk(of: states) { chunk in
            let ofLogits = head.logitGradient(head.logits(chunk.states), chunk, logSumExp, factors: gradient)
            if let rowGradients { head.stateGradient(ofLogits, into: rowGradients, at: chunk.first) }
            if let weightGradient { head.addWeightGradient(ofLogits, chunk.states, to: weightGradient) }
        }
        return [
            rowGradients.map { head.scattered($0, factors: .ones([losses.count]), to: states.shape) },
            weightGradient?.converted(to: type),
        ]
    }
}
