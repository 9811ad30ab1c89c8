import Tensors

/// Numbers that only have to be finite, of both signs and not all alike, made as fast as memory takes them.
package enum RandomBits {
    /// Calls `body` with a stretch of 64-bit words to be filled and a source of bits, on the pool.
    private static func fill(_ tensor: Tensor, clearing mask: UInt64, setting bits: UInt64) {
        let words = tensor.byteCount / 8
        let start = tensor.pointer.assumingMemoryBound(to: UInt64.self)
        nonisolated(unsafe) let target = start
        parallelRanges(words, grain: 1 << 17) { range in
            var state = UInt64(range.lowerBound) &* 0x9E37_79B9_7F4A_7C15 | 1
            for index in range { target[index] = next(&state) & ~mask | bits }
        }
        var state: UInt64 = 1
        let bytes = tensor.pointer.assumingMemoryBound(to: UInt8.self)
        for index in words * 8..<tensor.byteCount {
            // The last bytes of a float are its high ones.
            bytes[index] = UInt8(truncatingIfNeeded: (next(&state) & ~mask | bits) >> UInt64(index % 8 * 8))
        }
    }

    /// Marsaglia's xorshift (2003).
    private static func next(_ state: inout UInt64) -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// Numbers of magnitudes from 2⁻⁷ to 2⁻⁵, about those of a weight; float32 or bfloat16.
    package static func tensor(_ shape: [Int], _ dtype: DType) -> Tensor {
        let result = Tensor(uninitialized: shape, dtype: dtype)
        if dtype == .float32 {
            fill(result, clearing: 0x7F00_0000_7F00_0000, setting: 0x3C00_0000_3C00_0000)
        } else {
            fill(result, clearing: 0x7F00_7F00_7F00_7F00, setting: 0x3C00_3C00_3C00_3C00)
        }
        return result
    }

    /// Bytes of any value.
    package static func bytes(_ count: Int) -> Tensor {
        let result = Tensor(uninitialized: [count], dtype: .uint8)
        fill(result, clearing: 0, setting: 0)
        return result
    }

    /// A doubly quantized NF4 matrix [rows, columns] of random codes: the bytes of a real one without its making.
    package static func nf4(_ rows: Int, _ columns: Int) -> QuantizedMatrix {
        let blocks = (rows * columns + 63) / 64
        let runs = (blocks + QuantizedMatrix.nestedBlockSize - 1) / QuantizedMatrix.nestedBlockSize
        let map = Tensor((0..<256).map { Float($0 - 128) / 128 })
        // Scales from 0.02 to 0.03: weights with a deviation of about 1/√4096.
        return QuantizedMatrix(
            shape: [rows, columns], type: .nf4, blockSize: 64, codes: bytes((rows * columns + 1) / 2),
            scales: .nested(
                codes: bytes(blocks), map: map, nested: .full([runs], 0.005), offset: 0.025,
                nestedBlockSize: QuantizedMatrix.nestedBlockSize))
    }

    /// Token ids below `vocabulary`.
    package static func tokens(_ count: Int, vocabulary: Int) -> [Int32] {
        var state: UInt64 = 7
        return (0..<count).map { _ in Int32((next(&state) >> 20) % UInt64(vocabulary)) }
    }
}
