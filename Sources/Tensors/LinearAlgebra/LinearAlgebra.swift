import CLAPACKE

/// A factorization that does not exist, or that was not found.
public enum LinearAlgebraError: Error, CustomStringConvertible {
    /// A NaN or an infinity among the elements.
    case notFinite(operation: String, shape: [Int])
    /// Cholesky: the leading block of this order is not positive definite.
    case notPositiveDefinite(order: Int, shape: [Int])
    /// The iteration for singular values did not end.
    case noConvergence(operation: String, shape: [Int])

    public var description: String {
        switch self {
        case .notFinite(let operation, let shape):
            "\(operation): expected finite elements, found NaN or infinity in a matrix \(shape)"
        case .notPositiveDefinite(let order, let shape):
            "cholesky: expected a positive definite matrix, found one \(shape) whose leading block of order \(order) is not"
        case .noConvergence(let operation, let shape):
            "\(operation): the iteration did not converge for a matrix \(shape)"
        }
    }
}

/// Runs a LAPACK routine on the calling thread alone.
///
/// Its results then depend on no thread count, and OpenBLAS's own threads, which spin for 70 ms after each call, do not
/// compete with the pool.
func withOneThread<Result>(_ body: () throws -> Result) rethrows -> Result {
    Machine.endOpenBLASThreads()
    return try body()
}

extension Tensor {
    /// A copy of a float32 matrix for LAPACK to work on; stops with the operation's name for anything else.
    func matrixForLAPACK(_ operation: String) throws(LinearAlgebraError) -> Tensor {
        guard rank == 2, dtype == .float32, !shape.contains(0) else {
            fatalError("\(operation): \(shape) \(dtype): expected a float32 matrix")
        }
        guard isFinite else { throw .notFinite(operation: operation, shape: shape) }
        return copied()
    }
}

/// Stops on an argument that LAPACK refuses: these calls pass none that depends on data.
func requireValidArguments(_ operation: String, _ status: Int32, _ shape: [Int]) {
    guard status >= 0 else { fatalError("\(operation): LAPACK refuses argument \(-status) for a matrix \(shape)") }
}
