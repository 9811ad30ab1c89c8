import CKernels

/// A low-rank update of a linear layer: scale · B·A, with A [r, in] and B [out, r].
public struct LowRankUpdate: Sendable {
    public var a: Tensor
    public var b: Tensor
    public var scale: Float
    /// Dropout of the update's input; nil for none.
    public var dropout: Dropout?

    public init(a: Tensor, b: Tensor, scale: Float, dropout: Dropout? = nil) {
        self.a = a
        self.b = b
        self.scale = scale
        self.dropout = dropout
    }
}

/// y = x·Wᵀ + scale · dropout(x)·Aᵀ·Bᵀ for a weight that never changes.
///
/// Without dropout the update is one more term of the same product: the sum is rounded once. The weight needs no
/// gradient, so x is kept for the backward pass only where there is an update.
///
/// - Parameters:
///   - x: [tokens, in], float32 or bfloat16: the type of the arithmetic and of the result.
///   - weight: [out, in].
///   - update: the adapter, whose A and B are float32 leaves.
/// - Returns: [tokens, out].
public func linear(_ x: Tensor, weight: FrozenWeight, update: LowRankUpdate? = nil) -> Tensor {
    let (output, input) = (weight.shape[0], weight.shape[1])
    guard x.rank == 2, x.shape[1] == input, x.dtype.isComputeType else {
        fatalError(
            "linear: \(x.shape) \(x.dtype) and weight \(weight.shape): expected [tokens, \(input)], float32 or bfloat16"
        )
    }
    let tokens = x.shape[0]
    let compute = x.dtype
    guard let update else {
        let y = Tensor(uninitialized: [tokens, output], dtype: compute)
        product([ProductTerm(a: x.matrix, b: weight.matrix, k: input)], m: tokens, n: output, compute: compute, into: y)
        return Tensor.recording("linear", y, operands: [x]) { gradient in
            [inputGradient([(gradient, weight)], like: [tokens, input])]
        }
    }
    let rank = update.a.shape[0]
    guard update.a.shape == [rank, input], update.b.shape == [output, rank] else {
        fatalError("linear: A \(update.a.shape) and B \(update.b.shape) for weight \(weight.shape)")
    }
    let (a, b, scale) = (update.a.detached, update.b.detached, update.scale)
    let seen = update.dropout.map { $0.applied(to: x.detached) } ?? x.detached
    let narrow = scaledProduct(
        ProductTerm(a: seen.matrix, b: a.matrix, k: input), m: tokens, n: rank, scale: scale, compute: compute)
    let y = Tensor(uninitialized: [tokens, output], dtype: compute)
    product(
        [ProductTerm(a: x.matrix, b: weight.matrix, k: input), ProductTerm(a: narrow.matrix, b: b.matrix, k: rank)],
        m: tokens, n: output, compute: compute, into: y)
    let needsInput = x.requiresGradient
    return Tensor.recording("linear with adapter", y, operands: [x, update.a, update.b]) { gradient in
        // du = scale · g·B
        let narrowGradient = scaledProduct(
            ProductTerm(a: gradient.matrix, b: b.matrix, bIsTransposed: true, k: output), m: tokens, n: rank,
            scale: scale, compute: compute)
        let aGradient = Tensor(uninitialized: [rank, input])
        product(
            [
                ProductTerm(
                    a: narrowGradient.matrix, aIsTransposed: true, b: seen.matrix, bIsTransposed: true, k: tokens)
            ],
            m: rank, n: input, compute: compute, into: aGradient)
        let bGradient = Tensor(uninitialized: [rank, output])
        product(
            [ProductTerm(a: narrow.matrix, aIsTransposed: true, b: gradient.matrix, bIsTransposed: true, k: tokens)],
            m: rank, n: output, compute: compute, into: bGradient)
        var xGradient: Tensor?
        if needsInput, let dropout = update.dropout {
            var sum = inputGradient([(gradient, weight)], like: [tokens, input])
            sum.accumulate(dropout.applied(to: inputGradient([(narrowGradient, .dense(a))], like: [tokens, input])))
            xGradient = sum
        } else if needsInput {
            xGradient = inputGradient([(gradient, weight), (narrowGradient, .dense(a))], like: [tokens, input])
        }
        return [xGradient, aGradient, transposedMatrix(bGradient)]
    }
}

/// Σ g·W over pairs of an output gradient and a weight [out, in]: the gradient of the input.
func inputGradient(_ pairs: [(gradient: Tensor, weight: FrozenWeight)], like shape: [Int]) -> Tensor {
    let result = Tensor(uninitialized: shape, dtype: pairs[0].gradient.dtype)
    let terms = pairs.map {
        ProductTerm(a: $0.gradient.matrix, b: $0.weight.matrix, bIsTransposed: true, k: $0.weight.shape[0])
    }
    product(terms, m: shape[0], n: shape[1], compute: result.dtype, into: result)
    return result
}

/// scale · term [m, n], in `compute`.
private func scaledProduct(_ term: ProductTerm, m: Int, n: Int, scale: Float, compute: DType) -> Tensor {
    let result = Tensor(uninitialized: [m, n])
    product([term], m: m, n: n, compute: compute, into: result)
    ck_active().pointee.ck_scale_f32(Int64(m * n), scale, result.float32)
    return result.converted(to: compute)
}

/// [rows, columns] → [columns, rows], float32.
func transposedMatrix(_ matrix: Tensor) -> Tensor {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let result = Tensor(uninitialized: [columns, rows])
    ck_active().pointee.ck_transpose_words(
        Int64(rows), Int64(columns), matrix.pointer(as: UInt32.self), Int64(columns),
        result.pointer(as: UInt32.self), Int64(rows))
    return result
}
