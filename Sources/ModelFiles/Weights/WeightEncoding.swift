import CKernels
import Tensors

/// How the elements of a stored weight are encoded.
public enum WeightEncoding: String, Sendable, CaseIterable {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int32 = "I32"
    case int64 = "I64"
    case uint8 = "U8"
    case q40 = "Q4_0"
    case q41 = "Q4_1"
    case q50 = "Q5_0"
    case q51 = "Q5_1"
    case q80 = "Q8_0"
    case q4K = "Q4_K"
    case q5K = "Q5_K"
    case q6K = "Q6_K"

    /// Elements of a row that are stored together.
    public var blockElementCount: Int {
        switch self {
        case .float32, .float16, .bfloat16, .int32, .int64, .uint8: 1
        case .q40, .q41, .q50, .q51, .q80: 32
        case .q4K, .q5K, .q6K: 256
        }
    }

    /// Bytes that such a block takes.
    public var blockByteCount: Int {
        switch self {
        case .int64: 8
        case .float32, .int32: 4
        case .float16, .bfloat16: 2
        case .uint8: 1
        case .q40: 18
        case .q41: 20
        case .q50: 22
        case .q51: 24
        case .q80: 34
        case .q4K: 144
        case .q5K: 176
        case .q6K: 210
        }
    }

    /// The element type, or nil for blocks.
    public var dtype: DType? {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .int32: .int32
        case .int64: .int64
        case .uint8: .uint8
        default: nil
        }
    }

    /// Whether the elements stand for real numbers, so that they can be widened to f32.
    public var isFloatingPoint: Bool {
        switch self {
        case .int32, .int64, .uint8: false
        default: true
        }
    }

    init(_ dtype: DType) {
        self = Self.allCases.first { $0.dtype == dtype }!
    }

    /// Widens `blockCount` packed blocks to f32.
    func widen(_ source: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>, blockCount: Int) {
        let count = Int64(blockCount)
        let kernels = ck_active().pointee
        switch self {
        case .float32: UnsafeMutableRawPointer(out).copyMemory(from: source, byteCount: 4 * blockCount)
        case .float16: withAlignedHalves(source, count: blockCount) { kernels.ck_convert_f16_f32(count, $0, out) }
        case .bfloat16: withAlignedHalves(source, count: blockCount) { kernels.ck_convert_bf16_f32(count, $0, out) }
        case .q40: ck_gguf_dequantize_q4_0(source, out, count)
        case .q41: ck_gguf_dequantize_q4_1(source, out, count)
        case .q50: ck_gguf_dequantize_q5_0(source, out, count)
        case .q51: ck_gguf_dequantize_q5_1(source, out, count)
        case .q80: ck_gguf_dequantize_q8_0(source, out, count)
        case .q4K: ck_gguf_dequantize_q4_k(source, out, count)
        case .q5K: ck_gguf_dequantize_q5_k(source, out, count)
        case .q6K: ck_gguf_dequantize_q6_k(source, out, count)
        case .int32, .int64, .uint8: preconditionFailure("WeightEncoding: \(rawValue) holds no real numbers")
        }
    }
}

/// Hands over 16-bit elements at an address the kernels take: a file may hold them at odd ones.
private func withAlignedHalves(_ source: UnsafeRawPointer, count: Int, _ body: (UnsafePointer<UInt16>) -> Void) {
    guard UInt(bitPattern: source) % 2 != 0 else { return body(source.assumingMemoryBound(to: UInt16.self)) }
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) {
        UnsafeMutableRawBufferPointer($0).copyMemory(from: UnsafeRawBufferPointer(start: source, count: 2 * count))
        body(UnsafePointer($0.baseAddress!))
    }
}
