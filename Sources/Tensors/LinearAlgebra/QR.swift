import CLAPACKE

/// A = Q · R.
public struct QRDecomposition: Sendable {
    /// [m, k], orthonormal columns; k is the smaller of m and n.
    public let q: Tensor
    /// [k, n], upper triangular.
    public let r: Tensor
}

/// The thin QR decomposition of a matrix, by Householder reflections (LAPACK's geqrf and orgqr). No gradient flows through
/// it.
///
/// - Parameter matrix: float32 [m, n].
/// - Throws: `LinearAlgebraError.notFinite`.
/// - Complexity: O(m · n · min(m, n)).
public func qrDecomposition(_ matrix: Tensor) throws(LinearAlgebraError) -> QRDecomposition {
    let work = try matrix.matrixForLAPACK("qrDecomposition")
    let (m, n) = (matrix.shape[0], matrix.shape[1])
    let k = min(m, n)
    let reflections = Tensor(uninitialized: [k])
    let factored = withOneThread {
        LAPACKE_sgeqrf(
            LAPACK_ROW_MAJOR, Int32(m), Int32(n), work.float32, Int32(n), reflections.float32)
    }
    requireValidArguments("qrDecomposition", factored, matrix.shape)
    // R is the upper triangle; the reflections that make Q are below it.
    let r = Tensor.zeros([k, n])
    for i in 0..<k {
        (r.float32 + i * n + i).update(from: work.float32 + i * n + i, count: n - i)
    }
    let q = work[0..., 0..<k].copied()
    let formed = withOneThread {
        LAPACKE_sorgqr(
            LAPACK_ROW_MAJOR, Int32(m), Int32(k), Int32(k), q.float32, Int32(k),
            reflections.float32)
    }
    requireValidArguments("qrDecomposition", formed, matrix.shape)
    return QRDecomposition(q: q, r: r)
}
