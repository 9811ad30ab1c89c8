import CKernels
import Diagnostics

/// Rows of a frozen table [vocabulary, features], in float32.
///
/// - Parameter tokens: which rows.
/// - Returns: float32 [tokens, features].
package func embeddingRows(_ table: FrozenWeight, tokens: [Int32]) -> Tensor {
    switch table {
    case .dense(let tensor): embeddingRows(tensor, tokens: tokens)
    case .eightBit(let matrix): embeddingRows(matrix, tokens: tokens)
    case .quantized(let matrix): fatalError("embeddingRows: a table \(matrix.shape) in 4 bits")
    }
}

private func embeddingRows(_ table: EightBitMatrix, tokens: [Int32]) -> Tensor {
    let columns = table.shape[1]
    checkTokens(tokens, table.shape)
    let result = Tensor(uninitialized: [tokens.count, columns])
    let kernels = ck_active().pointee
    withExtendedLifetime(table) {
        for (row, token) in tokens.enumerated() {
            kernels.ck_dequantize8_f32(
                table.blocks.pointer(as: UInt8.self), Int64(token) * Int64(columns), Int64(columns),
                result.float32 + row * columns)
        }
    }
    return result
}

private func checkTokens(_ tokens: [Int32], _ shape: [Int]) {
    if let outside = tokens.first(where: { $0 < 0 || Int($0) >= shape[0] }) {
        fatalError("embeddingRows: token \(outside) for a table \(shape)")
    }
}

/// Rows of a frozen table [vocabulary, features], widened to float32.
///
/// - Parameter tokens: which rows.
/// - Returns: float32 [tokens, features].
package func embeddingRows(_ table: Tensor, tokens: [Int32]) -> Tensor {
    let columns = table.shape[1]
    checkTokens(tokens, table.shape)
    let result = Tensor(uninitialized: [tokens.count, columns])
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
        [
            inputGradient(
                [GradientPair(gradient: gradient.converted(to: compute), weight: weight)], like: [rows, hidden])
        ]
    }
}

/// The token with the greatest score in a row of logits, the first of several.
///
/// - Parameters:
///   - logits: float32 [rows, vocabulary].
///   - row: which row.
/// - Returns: nil where a score is NaN or infinite.
package func mostProbableToken(_ logits: Tensor, row: Int) -> Int? {
    let count = logits.shape[1]
    return withExtendedLifetime(logits.storage) {
        let scores = UnsafeBufferPointer(start: logits.float32 + row * count, count: count)
        var largest = -Float.infinity
        var areFinite = true
        for score in scores {
            areFinite = areFinite && score.isFinite
            largest = score > largest ? score : largest
        }
        return areFinite ? scores.firstIndex(of: largest) : nil
    }
}

extension Tensor {
    /// Rows of a matrix, [indices, columns], outside the record.
    package func rows(at indices: [Int]) -> Tensor {
        if indices.elementsEqual(0..<shape[0]) { return self }
        let result = Tensor(uninitialized: [indices.count, shape[1]], dtype: dtype)
        for (row, index) in indices.enumerated() {
            result.overwriteRows(from: row, with: self, rows: index..<index + 1)
        }
        return result
    }

    /// Replaces rows of this matrix from `first` on by some rows of another, in place.
    package func overwriteRows(from first: Int, with source: Tensor, rows: Range<Int>) {
        require(storage.isWritable, "overwriteRows: memory that must not be written")
        require(
            source.dtype == dtype && source.shape[1] == shape[1] && rows.upperBound <= source.shape[0]
                && first + rows.count <= shape[0],
            "overwriteRows: rows \(rows) of \(source.shape) at row \(first) of \(shape)")
        let bytes = shape[1] * dtype.byteCount
        withExtendedLifetime((storage, source.storage)) {
            (pointer + first * bytes).copyMemory(
                from: source.pointer + rows.lowerBound * bytes, byteCount: rows.count * bytes)
        }
    }
}
