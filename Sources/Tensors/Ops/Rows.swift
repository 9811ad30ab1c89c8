import CKernels
import Diagnostics

/// Rows of a frozen table [vocabulary, features], widened to float32.
///
/// - Parameter tokens: which rows.
/// - Returns: float32 [tokens, features].
package func embeddingRows(_ table: Tensor, tokens: [Int32]) -> Tensor {
    let (vocabulary, columns) = (table.shape[0], table.shape[1])
    let result = Tensor(uninitialized: [tokens.count, columns])
    if let outside = tokens.first(where: { $0 < 0 || Int($0) >= vocabulary }) {
        fatalError("embeddingRows: token \(outside) for a table \(table.shape)")
    }
    let kernels = ck_active().pointee
    tokens.withUnsafeBufferPointer { tokens in
        let (count, width) = (Int64(tokens.count), Int64(columns))
        switch table.dtype {
        case .float32: kernels.ck_gather_rows_f32_f32(count, width, table.float32, tokens.baseAddress, result.float32)
        case .bfloat16: kernels.ck_gather_rows_bf16_f32(count, width, table.half, tokens.baseAddress, result.float32)
        default: kernels.ck_gather_rows_f16_f32(count, width, table.half, tokens.baseAddress, result.float32)
        }
    }
    return result
}

/// x·Wᵀ in float32: the logits of a head that never changes.
///
/// - Parameters:
///   - x: [rows, hidden], float32 or bfloat16: the type of the products.
///   - weight: [vocabulary, hidden].
package func headLogits(_ x: Tensor, weight: FrozenWeight) -> Tensor {
    let (rows, hidden, vocabulary) = (x.shape[0], x.shape[1], weight.shape[0])
    require(weight.shape[1] == hidden, "headLogits: \(x.shape) and weight \(weight.shape)")
    let logits = Tensor(uninitialized: [rows, vocabulary])
    product(
        [ProductTerm(a: x.matrix, b: weight.matrix, k: hidden)], m: rows, n: vocabulary, compute: x.dtype, into: logits)
    let compute = x.dtype
    return Tensor.recording("headLogits", logits, operands: [x]) { gradient in
        [inputGradient([(gradient.converted(to: compute), weight)], like: [rows, hidden])]
    }
}

extension Tensor {
    /// The last row of a matrix, [1, columns], sharing its memory.
    package var lastRow: Tensor {
        Tensor(shape: [1, shape[1]], dtype: dtype, storage: storage, offset: offset + (shape[0] - 1) * shape[1])
    }

    /// Replaces rows of this matrix from `first` on, in place.
    package func overwriteRows(from first: Int, with rows: Tensor) {
        require(
            rows.dtype == dtype && rows.shape[1] == shape[1] && first + rows.shape[0] <= shape[0],
            "overwriteRows: \(rows.shape) at row \(first) of \(shape)")
        (pointer + first * shape[1] * dtype.byteCount).copyMemory(from: rows.pointer, byteCount: rows.byteCount)
    }
}
