import CKernels
import Diagnostics

/// A weight matrix [out, in] that takes part in products and never changes.
public enum FrozenWeight: Sendable {
    /// float32, bfloat16 or float16.
    case dense(Tensor)
    /// 4-bit blocks, expanded panel by panel inside the product.
    case quantized(QuantizedMatrix)
    /// 8-bit blocks, expanded likewise.
    case eightBit(EightBitMatrix)

    public var shape: [Int] {
        switch self {
        case .dense(let tensor): tensor.shape
        case .quantized(let matrix): matrix.shape
        case .eightBit(let matrix): matrix.shape
        }
    }

    /// Bytes the weight takes in memory.
    public var byteCount: Int {
        switch self {
        case .dense(let tensor): tensor.byteCount
        case .quantized(let matrix): matrix.byteCount
        case .eightBit(let matrix): matrix.byteCount
        }
    }

    var matrix: ck_matrix {
        switch self {
        case .dense(let tensor): tensor.matrix
        case .quantized(let matrix): matrix.matrix
        case .eightBit(let matrix): matrix.matrix
        }
    }
}

extension DType {
    /// Whether products and the fused operations compute in this type.
    var isComputeType: Bool { self == .float32 || self == .bfloat16 }

    var kernelType: ck_type {
        switch self {
        case .float32: CK_FLOAT32
        case .bfloat16: CK_BFLOAT16
        case .float16: CK_FLOAT16
        case .int32, .int64, .uint8: fatalError("products: \(self) is not a floating-point type")
        }
    }
}

extension Tensor {
    /// The last two dimensions of a tensor as the kernels see them; of `index` along the dimensions before them.
    func matrix(at index: Int = 0) -> ck_matrix {
        let columns = shape[rank - 1]
        let elements = shape[rank - 2] * columns
        return ck_matrix(
            type: dtype.kernelType, data: UnsafeRawPointer(pointer + index * elements * dtype.byteCount),
            ld: Int64(columns), blocks: ck_blocks4())
    }

    var matrix: ck_matrix { matrix(at: 0) }
}

/// One addend of a product: `a` [m, k] times `b`, each stored as it is or transposed.
struct ProductTerm {
    var a: ck_matrix
    var aIsTransposed = false
    var b: ck_matrix
    /// False: `b` is stored [n, k], a weight [out, in]. True: [k, n].
    var bIsTransposed = false
    var k: Int
}

/// One matrix among several that share their rows: the sum of its terms.
struct ProductOutput {
    var terms: [ProductTerm]
    var result: Tensor
    /// Which matrix of `result`, where it has more than one.
    var index = 0
    /// Whether the sum is added to what a float32 result holds.
    var accumulating = false

    /// The columns of the result.
    var n: Int { result.shape[result.rank - 1] }
}

/// Sets several results, each [m, its own n], to the sums of their terms. An `a` that several terms share is packed once.
///
/// - Parameter compute: float32, or bfloat16 for operands rounded to bfloat16 with float32 sums.
func products(_ outputs: [ProductOutput], m: Int, compute: DType) {
    products(outputs, m: m, compute: compute, byFewRows: FewRowsMode.isOn && m <= fewRows)
}

/// x·Wᵀ of every weight, [rows, out] of the type of `x`, as `products` gives it. A generated token takes a hundred of these
/// while other threads wait, so nothing lies between the operands and the kernels.
func frozenProducts(_ x: Tensor, _ weights: [FrozenWeight]) -> [Tensor] {
    let (m, k, type) = (x.shape[0], x.shape[1], x.dtype.kernelType)
    let results = weights.map { Tensor(uninitialized: [m, $0.shape[0]], dtype: x.dtype) }
    let byFewRows = FewRowsMode.isOn && m <= fewRows
    withUnsafeTemporaryAllocation(of: ck_gemm_term.self, capacity: weights.count) { terms in
        withUnsafeTemporaryAllocation(of: ck_gemm_output.self, capacity: weights.count) { outputs in
            for (i, weight) in weights.enumerated() {
                let term = ck_gemm_term(
                    a: x.matrix, a_transposed: false, b: weight.matrix, b_transposed: false, k: Int64(k))
                let n = Int64(results[i].shape[1])
                terms.initializeElement(at: i, to: term)
                outputs.initializeElement(
                    at: i,
                    to: ck_gemm_output(
                        n: n, terms: 1, term: terms.baseAddress! + i, c: results[i].pointer, c_type: type, ldc: n,
                        accumulate: false))
            }
            withExtendedLifetime((x, weights)) {
                multiply(UnsafeBufferPointer(outputs), m: m, type, byFewRows: byFewRows)
            }
        }
    }
    return results
}

private func multiply(
    _ outputs: UnsafeBufferPointer<ck_gemm_output>, m: Int, _ type: ck_type, byFewRows: Bool
) {
    let count = Int32(outputs.count)
    if byFewRows, ck_gemm_few_rows(type, Int64(m), count, outputs.baseAddress) { return }
    ck_gemm(type, Int64(m), count, outputs.baseAddress)
}

private func products(_ outputs: [ProductOutput], m: Int, compute: DType, byFewRows: Bool) {
    let terms = outputs.flatMap(\.terms).map {
        ck_gemm_term(
            a: $0.a, a_transposed: $0.aIsTransposed, b: $0.b, b_transposed: $0.bIsTransposed, k: Int64($0.k))
    }
    terms.withUnsafeBufferPointer { terms in
        var used = 0
        let outputs = outputs.map { output in
            defer { used += output.terms.count }
            return ck_gemm_output(
                n: Int64(output.n), terms: Int32(output.terms.count), term: terms.baseAddress.map { $0 + used },
                c: output.result.pointer + output.index * m * output.n * output.result.dtype.byteCount,
                c_type: output.result.dtype.kernelType, ldc: Int64(output.n), accumulate: output.accumulating)
        }
        outputs.withUnsafeBufferPointer { multiply($0, m: m, compute.kernelType, byFewRows: byFewRows) }
    }
}

/// Sets `result` [m, n], or its matrix `index` where it has more than one, to the sum of the terms.
func product(
    _ terms: [ProductTerm], m: Int, n: Int, compute: DType, into result: Tensor, at index: Int = 0,
    accumulating: Bool = false
) {
    require(result.shape.last == n, "product: \(n) columns into \(result.shape)")
    products(
        [ProductOutput(terms: terms, result: result, index: index, accumulating: accumulating)], m: m,
        compute: compute)
}

/// thin·wideᵀ for a matrix of few rows and one of many, which is read once, from memory into registers, and not packed.
///
/// - Parameters:
///   - thin: [rows, k].
///   - wide: [columns, k]; a column of the result does not depend on the others.
/// - Returns: [rows, columns], float32.
func thinProduct(_ thin: Tensor, _ wide: Tensor, compute: DType) -> Tensor {
    let (rows, columns, k) = (thin.shape[0], wide.shape[0], thin.shape[1])
    let result = Tensor(uninitialized: [rows, columns])
    let term = ProductTerm(a: thin.matrix, b: wide.matrix, k: k)
    withExtendedLifetime((thin, wide)) {
        products(
            [ProductOutput(terms: [term], result: result)], m: rows, compute: compute, byFewRows: rows <= thinRows)
    }
    return result
}

/// The most rows of a thin product that are multiplied by the kernels for few rows.
private let thinRows = 64

/// Bytes that the threads of a process hold for products, of the largest one that has been made.
///
/// - Parameters:
///   - rows: of the result.
///   - inner: the size that is summed over, of all terms together.
package func productScratchBytes(rows: Int, inner: Int, compute: DType) -> Int {
    Int(ck_gemm_scratch_bytes(compute.kernelType, Int64(rows), Int64(inner)))
}
