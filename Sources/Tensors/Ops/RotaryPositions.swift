import CKernels

/// Rotates pairs of features by angles that grow with the position (Su et al., arXiv 2104.09864), the halves of a head
/// being the two sides of the pairs, as in Hugging Face's models.
///
/// - Parameters:
///   - x: [tokens, heads · headDimension], float32 or bfloat16.
///   - table: the cosines and sines of every position.
///   - positions: int32 [tokens].
public func rotaryEmbedding(_ x: Tensor, heads: Int, table: RotaryTable, positions: Tensor) -> Tensor {
    guard x.rank == 2, x.shape[1] == heads * table.headDimension, positions.shape == [x.shape[0]],
        x.dtype.isComputeType
    else {
        fatalError(
            "rotaryEmbedding: \(x.shape) \(x.dtype) with \(heads) heads of \(table.headDimension), positions \(positions.shape)"
        )
    }
    for i in 0..<positions.count where !(0..<table.positionCount).contains(Int(positions.int32[i])) {
        fatalError(
            "rotaryEmbedding: position \(positions.int32[i]) for \(x.shape), a table of \(table.positionCount) positions"
        )
    }
    let rotated = rotate(x.detached, heads: heads, table: table, positions: positions, inverse: false)
    return Tensor.recording("rotaryEmbedding", rotated, operands: [x]) {
        [rotate($0, heads: heads, table: table, positions: positions, inverse: true)]
    }
}

private func rotate(_ x: Tensor, heads: Int, table: RotaryTable, positions: Tensor, inverse: Bool) -> Tensor {
    let result = Tensor(uninitialized: x.shape, dtype: x.dtype)
    let kernels = ck_active().pointee
    let columns = x.shape[1]
    parallelRanges(x.shape[0], grain: rowGrain(columns)) { range in
        let (first, count) = (range.lowerBound * columns, Int64(range.count))
        let places = positions.int32 + range.lowerBound
        let (head, dimension) = (Int64(heads), Int64(table.headDimension))
        switch x.dtype {
        case .float32:
            kernels.ck_rope_f32(
                count, head, dimension, table.cosines.float32, table.sines.float32, places, inverse, x.float32 + first,
                result.float32 + first)
        default:
            kernels.ck_rope_bf16(
                count, head, dimension, table.cosines.float32, table.sines.float32, places, inverse, x.half + first,
                result.half + first)
        }
    }
    return result
}
