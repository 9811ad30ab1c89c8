/// y = x·Wᵀ + bias for a weight that may be trained.
///
/// - Parameters:
///   - x: [tokens, in], float32 or bfloat16: the type of the arithmetic and of the result. The bias is one more term of
///     the product: the sum is rounded once.
///   - weight: [out, in], a floating-point type.
///   - bias: [out], a floating-point type.
/// - Returns: [tokens, out].
public func linear(_ x: Tensor, weight: Tensor, bias: Tensor? = nil) -> Tensor {
    guard x.rank == 2, weight.rank == 2, x.shape[1] == weight.shape[1], bias == nil || bias!.shape == [weight.shape[0]]
    else {
        fatalError("linear: \(x.shape) and weight \(weight.shape)" + (bias.map { ", bias \($0.shape)" } ?? ""))
    }
    guard x.dtype.isComputeType else {
        fatalError("linear: \(x.shape) \(x.dtype): expected float32 or bfloat16")
    }
    let (tokens, input, output, compute) = (x.shape[0], x.shape[1], weight.shape[0], x.dtype)
    let (saved, w) = (x.detached, weight.detached)
    var terms = [ProductTerm(a: saved.matrix, b: w.matrix, k: input)]
    let ones = Tensor.ones([tokens, 1])
    if let bias {
        terms.append(ProductTerm(a: ones.matrix, b: bias.detached.reshaped(output, 1).matrix, k: 1))
    }
    let y = Tensor(uninitialized: [tokens, output], dtype: compute)
    withExtendedLifetime((ones, bias)) { product(terms, m: tokens, n: output, compute: compute, into: y) }
    let (needsInput, needsWeight) = (x.requiresGradient, weight.requiresGradient)
    let biasType = bias?.requiresGradient == true ? bias?.dtype : nil
    return Tensor.recording("linear", y, operands: [x, weight] + (bias.map { [$0] } ?? [])) { gradient in
        var inputGradient: Tensor?
        if needsInput {
            let result = Tensor(uninitialized: [tokens, input], dtype: compute)
            product(
                [ProductTerm(a: gradient.matrix, b: w.matrix, bIsTransposed: true, k: output)], m: tokens, n: input,
                compute: compute, into: result)
            inputGradient = result
        }
        var weightGradient: Tensor?
        if needsWeight {
            let result = Tensor(uninitialized: [output, input])
            product(
                [ProductTerm(a: gradient.matrix, aIsTransposed: true, b: saved.matrix, bIsTransposed: true, k: tokens)],
                m: output, n: input, compute: compute, into: result)
            weightGradient = result.converted(to: w.dtype)
        }
        let biasGradient = biasType.map { gradient.converted(to: .float32).summed(to: [output]).converted(to: $0) }
        return [inputGradient, weightGradient, biasGradient]
    }
}
