/// The element type of a tensor.
public enum DType: String, Sendable, CaseIterable {
    case float32
    case bfloat16
    case float16
    case int32
    case int64
    case uint8

    /// Bytes one element takes.
    public var byteCount: Int {
        switch self {
        case .float32, .int32: 4
        case .bfloat16, .float16: 2
        case .int64: 8
        case .uint8: 1
        }
    }

    /// Whether gradients can flow through tensors of this type.
    public var isFloatingPoint: Bool {
        switch self {
        case .float32, .bfloat16, .float16: true
        case .int32, .int64, .uint8: false
        }
    }
}
