import CKernels
import Diagnostics

/// The 4-bit code books.
public enum QuantizationType: String, Sendable, CaseIterable, Codable {
    /// Quantiles of the normal distribution (QLoRA, arXiv 2305.14314).
    case nf4
    /// A sign, two exponent bits and one of mantissa.
    case fp4

    var code: ck_type { self == .nf4 ? CK_NF4 : CK_FP4 }
}

/// The scales of 4-bit blocks: the largest magnitude of each block.
public enum BlockScales: Sendable {
    /// One float32 a block.
    case plain(Tensor)
    /// One byte a block (double quantization): scale = map[code] · nested[block / nestedBlockSize] + offset.
    /// - codes: uint8, one a block. - map: float32 [256]. - nested: float32, one a run of `nestedBlockSize` blocks.
    case nested(codes: Tensor, map: Tensor, nested: Tensor, offset: Float, nestedBlockSize: Int)
}

/// A matrix [rows, columns] in 4 bits, flattened row-major in blocks with a scale each, as bitsandbytes lays it out.
///
/// The first element of a byte is its high nibble. Nothing here expands it: products read it panel by panel.
public struct QuantizedMatrix: Sendable {
    /// Held together, so that to pass the matrix on, as each product of a generated token does, is to retain one object.
    private let parts: Parts

    public var shape: [Int] { parts.shape }
    public var type: QuantizationType { parts.type }
    /// Elements that share a scale: a power of two from 32 to 4096.
    public var blockSize: Int { parts.blockSize }
    /// Two codes a byte, uint8 [(elements + 1) / 2].
    public var codes: Tensor { parts.codes }
    public var scales: BlockScales { parts.scales }

    /// Block sizes that can be asked for.
    public static let blockSizes = [32, 64, 128, 256, 512, 1024, 2048, 4096]
    /// Blocks that share a scale of scales in double quantization.
    public static let nestedBlockSize = 256

    public init(shape: [Int], type: QuantizationType, blockSize: Int, codes: Tensor, scales: BlockScales) {
        let count = shape.reduce(1, *)
        let blocks = (count + blockSize - 1) / blockSize
        require(shape.count == 2, "QuantizedMatrix: expected [rows, columns], found \(shape)")
        require(Self.blockSizes.contains(blockSize), "QuantizedMatrix: block size \(blockSize)")
        require(
            codes.dtype == .uint8 && codes.count == (count + 1) / 2,
            "QuantizedMatrix: \(codes.count) bytes of codes for \(shape)")
        switch scales {
        case .plain(let absmax):
            require(absmax.count == blocks, "QuantizedMatrix: \(absmax.count) scales for \(blocks) blocks")
        case .nested(let scaleCodes, let map, let nested, _, let size):
            require(
                scaleCodes.count == blocks && map.count == 256 && nested.count == (blocks + size - 1) / size,
                "QuantizedMatrix: \(scaleCodes.count), \(map.count), \(nested.count) values for \(blocks) blocks")
        }
        parts = Parts(shape: shape, type: type, blockSize: blockSize, codes: codes, scales: scales)
    }

    /// Bytes that the codes and the scales take.
    public var byteCount: Int {
        switch scales {
        case .plain(let absmax): codes.byteCount + absmax.byteCount
        case .nested(let scaleCodes, let map, let nested, let offset, _):
            codes.byteCount + scaleCodes.byteCount + map.byteCount + nested.byteCount
                + MemoryLayout.size(ofValue: offset)
        }
    }

    /// What the kernels read; valid while this value lives.
    var matrix: ck_matrix { parts.matrix }
}

/// What a quantized matrix consists of. The pointers in `matrix` lead into the tensors beside it.
private final class Parts: @unchecked Sendable {
    let shape: [Int]
    let type: QuantizationType
    let blockSize: Int
    let codes: Tensor
    let scales: BlockScales
    let matrix: ck_matrix

    init(shape: [Int], type: QuantizationType, blockSize: Int, codes: Tensor, scales: BlockScales) {
        self.shape = shape
        self.type = type
        self.blockSize = blockSize
        self.codes = codes
        self.scales = scales
        var blocks = ck_blocks4()
        blocks.codes = UnsafePointer(codes.pointer(as: UInt8.self))
        blocks.block_size = Int64(blockSize)
        switch scales {
        case .plain(let absmax):
            blocks.absmax = UnsafePointer(absmax.float32)
        case .nested(let scaleCodes, let map, let nested, let offset, let nestedBlockSize):
            blocks.absmax_codes = UnsafePointer(scaleCodes.pointer(as: UInt8.self))
            blocks.absmax_map = UnsafePointer(map.float32)
            blocks.nested_absmax = UnsafePointer(nested.float32)
            blocks.nested_block_size = Int64(nestedBlockSize)
            blocks.nested_offset = offset
        }
        matrix = ck_matrix(type: type.code, data: nil, ld: Int64(shape[1]), blocks: blocks)
    }
}

extension QuantizationType {
    /// The 16 values by code, in units of the scale.
    public var values: [Float] { Array(UnsafeBufferPointer(start: ck_code_table(code), count: 16)) }
}
