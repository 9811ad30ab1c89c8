import CKernels

/// A weight matrix [out, in] that takes part in products and never changes.
public enum FrozenWeight: Sendable {
    /// float32, bfloat16 or float16.
    case dense(Tensor)
    /// 4-bit blocks, expanded panel by panel inside the product.
    case quantized(QuantizedMatrix)

    public var shape: [Int] {
        switch self {
        case .dense(let tensor): tensor.shape
        case .quantized(let matrix): matrix.shape
        }
    }

    /// Bytes the weight takes in memory.
    public var byteCount: Int {
        switch self {
        case .dense(let tensor): tensor.byteCount
        case .quantized(let matrix): matrix.byteCount
        }
    }

    var matrix: ck_matrix {
        switch self {
        case .dense(let tensor): tensor.matrix
        case .quantized(let matrix): matrix.matrix
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

/// Sets `result` [m, n], or its matrix `index` where it has more than one, to the sum of the terms.
///
/// - Parameters:
///   - compute: float32, or bfloat16 for operands rounded to bfloat16 with float32 sums.
///   - accumulating: whether the sum is added to what a float32 result holds.
func product(
    _ terms: [ProductTerm], m: Int, n: Int, compute: DType, into result: Tensor, at index: Int = 0,
    accumulating: Bool = false
) {
    let terms = terms.map {
        ck_gemm_term(
            a: $0.a, a_transposed: $0.aIsTransposed, b: $0.b, b_transposed: $0.bIsTransposed, k: Int64($0.k))
    }
    let target = result.pointer + index * m * n * result.dtype.byteCount
    let takesFewRows = FewRowsMode.isOn && ck_gemm_has_few_rows(Int64(m), Int32(terms.count), terms)
    (takesFewRows ? ck_gemm_few_rows : ck_gemm)(
        compute.kernelType, Int64(m), Int64(n), Int32(terms.count), terms, target, result.dtype.kernelType, Int64(n),
        accumulating)
}

/// One matrix among several that share their rows: the sum of its terms.
struct ProductOutput {
    var terms: [ProductTerm]
    /// [m, n].
    var result: Tensor
    /// Whether the sum is added to what a float32 result holds.
    var accumulating = false
}

/// Sets several results, each [m, its own n], to the sums of their terms. An `a` that several terms share is packed once.
func products(_ outputs: [ProductOutput], m: Int, compute: DType) {
    for output in outputs {
        product(
            output.terms, m: m, n: output.result.shape[1], compute: compute, into: output.result,
            accumulating: output.accumulating)
    }
}
