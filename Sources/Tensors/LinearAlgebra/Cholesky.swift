import CLAPACKE

/// The lower triangular L with A = L · Lᵀ (LAPACK's potrf). No gradient flows through it.
///
/// - Parameter matrix: float32 [n, n], symmetric and positive definite; only its lower triangle is read.
/// - Returns: float32 [n, n], zeros above the diagonal.
/// - Throws: `LinearAlgebraError.notPositiveDefinite`, or `.notFinite`.
/// - Complexity: O(n³).
public func cholesky(_ matrix: Tensor) throws(LinearAlgebraError) -> Tensor {
    guard matrix.rank == 2, matrix.shape[0] == matrix.shape[1] else {
        fatalError("cholesky: \(matrix.shape): expected a square matrix")
    }
    let work = try matrix.matrixForLAPACK("cholesky")
    let n = matrix.shape[0]
    // Read by columns, the lower triangle is the upper one of the transpose.
    let status = withOneThread {
        LAPACKE_spotrf(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), Int32(n), work.float32, Int32(n))
    }
    requireValidArguments("cholesky", status, matrix.shape)
    guard status == 0 else { throw .notPositiveDefinite(order: Int(status), shape: matrix.shape) }
    for row in 0..<n { (work.float32 + row * n + row + 1).update(repeating: 0, count: n - row - 1) }
    return work
}
