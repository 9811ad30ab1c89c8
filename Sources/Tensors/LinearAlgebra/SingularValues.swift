import CLAPACKE

/// A = U · diag(S) · Vᵀ.
public struct SingularValueDecomposition: Sendable {
    /// [m, k], orthonormal columns; k is the smaller of m and n.
    public let u: Tensor
    /// [k], largest first, none negative.
    public let singularValues: Tensor
    /// [k, n], orthonormal rows: the transpose of V.
    public let vTransposed: Tensor
}

/// The thin singular value decomposition of a matrix, by divide and conquer (LAPACK's gesdd). No gradient flows through it.
///
/// - Parameter matrix: float32 [m, n].
/// - Throws: `LinearAlgebraError.notFinite`, or `.noConvergence`.
/// - Complexity: O(m · n · min(m, n)).
public func singularValueDecomposition(_ matrix: Tensor) throws(LinearAlgebraError) -> SingularValueDecomposition {
    let work = try matrix.matrixForLAPACK("singularValueDecomposition")
    let (m, n) = (matrix.shape[0], matrix.shape[1])
    let k = min(m, n)
    let u = Tensor(uninitialized: [m, k])
    let values = Tensor(uninitialized: [k])
    let v = Tensor(uninitialized: [k, n])
    // Read by columns, the rows of A are the columns of Aᵀ = V · diag(S) · Uᵀ: nothing has to be transposed.
    let status = withOneThread {
        LAPACKE_sgesdd(
            LAPACK_COL_MAJOR, CChar(UInt8(ascii: "S")), Int32(n), Int32(m), work.float32, Int32(n),
            values.float32, v.float32, Int32(n), u.float32, Int32(k))
    }
    requireValidArguments("singularValueDecomposition", status, matrix.shape)
    guard status == 0 else { throw .noConvergence(operation: "singularValueDecomposition", shape: matrix.shape) }
    return SingularValueDecomposition(u: u, singularValues: values, vTransposed: v)
}
