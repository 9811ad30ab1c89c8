/// The matrix product of the last two dimensions, the dimensions before them broadcast.
///
/// - Parameters:
///   - a: […, m, k], or […, k, m] where `transposeA`; float32 or bfloat16.
///   - b: […, k, n], or […, n, k] where `transposeB`; the type of `a`.
/// - Returns: […, m, n] of the same type; sums are float32.
public func matmul(_ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false) -> Tensor {
    guard a.rank >= 2, b.rank >= 2, a.dtype == b.dtype, a.dtype.isComputeType else {
        fatalError(
            "matmul: \(a.shape) \(a.dtype) and \(b.shape) \(b.dtype): expected matrices, both float32 or both bfloat16")
    }
    let (m, k) = transposeA ? (a.shape[a.rank - 1], a.shape[a.rank - 2]) : (a.shape[a.rank - 2], a.shape[a.rank - 1])
    let (n, kOfB) =
        transposeB ? (b.shape[b.rank - 2], b.shape[b.rank - 1]) : (b.shape[b.rank - 1], b.shape[b.rank - 2])
    guard k == kOfB else {
        fatalError("matmul: \(a.shape) and \(b.shape): inner sizes \(k) and \(kOfB) differ")
    }
    let batch = broadcastShape("matmul", Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)))
    let value = Tensor(uninitialized: batch + [m, n], dtype: a.dtype)
    let (x, y) = (a.detached, b.detached)
    let layout = StridedLayout(
        broadcasting: [Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2))], to: batch)
    for i in 0..<batch.reduce(1, *) {
        let offsets = layout.offsets(at: i)
        product(
            [
                ProductTerm(
                    a: x.matrix(at: offsets[0]), aIsTransposed: transposeA, b: y.matrix(at: offsets[1]),
                    bIsTransposed: !transposeB, k: k)
            ], m: m, n: n, compute: a.dtype, into: value, at: i)
    }
    let (needsA, needsB) = (a.requiresGradient, b.requiresGradient)
    return Tensor.recording("matmul", value, operands: [a, b]) { g in
        var gradientOfA: Tensor?
        var gradientOfB: Tensor?
        if needsA {
            gradientOfA =
                transposeA
                ? matmul(y, g, transposeA: transposeB, transposeB: true)
                : matmul(g, y, transposeB: !transposeB)
        }
        if needsB {
            gradientOfB =
                transposeB
                ? matmul(g, x, transposeA: true, transposeB: transposeA)
                : matmul(x, g, transposeA: !transposeA)
        }
        return [gradientOfA?.summed(to: x.shape), gradientOfB?.summed(to: y.shape)]
    }
}
