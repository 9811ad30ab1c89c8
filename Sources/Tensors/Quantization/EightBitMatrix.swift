import CKernels
import Diagnostics

/// A matrix [rows, columns] in blocks of 8 bits, laid out as GGUF's Q8_0: 32 elements of a row share a float16 scale, and
/// an element is scale · byte, which float32 holds exactly.
///
/// Nothing here expands it: products read it panel by panel.
public struct EightBitMatrix: Sendable {
    public let shape: [Int]
    /// Row after row, for each block its scale and then its 32 signed bytes; uint8 [bytes].
    public let blocks: Tensor

    /// Elements that share a scale.
    public static let blockSize = Int(CK_BLOCK8_ELEMENTS)

    /// - Parameters:
    ///   - shape: [rows, columns], rows being whole blocks.
    ///   - blocks: as the file holds them.
    public init(shape: [Int], blocks: Tensor) {
        require(
            shape.count == 2 && shape[1] % Self.blockSize == 0,
            "EightBitMatrix: expected [rows, columns] in whole blocks of \(Self.blockSize), found \(shape)")
        let bytes = shape.reduce(1, *) / Self.blockSize * Int(CK_BLOCK8_BYTES)
        require(
            blocks.dtype == .uint8 && blocks.count == bytes,
            "EightBitMatrix: \(blocks.count) elements of \(blocks.dtype) for \(shape), which takes \(bytes) bytes")
        self.shape = shape
        self.blocks = blocks
    }

    /// Bytes that the blocks take.
    public var byteCount: Int { blocks.byteCount }

    /// What the kernels read; valid while this value lives.
    var matrix: ck_matrix {
        ck_matrix(
            type: CK_Q8_0, data: UnsafeRawPointer(blocks.pointer), ld: Int64(shape[1]), blocks: ck_blocks4())
    }

    /// The elements, float32 [rows, columns].
    public func dequantized() -> Tensor {
        let result = Tensor(uninitialized: shape)
        let kernels = ck_active().pointee
        parallelRanges(result.count, grain: elementGrain) { range in
            kernels.ck_dequantize8_f32(
                blocks.pointer(as: UInt8.self), Int64(range.lowerBound), Int64(range.count),
                result.float32 + range.lowerBound)
        }
        return result
    }
}
