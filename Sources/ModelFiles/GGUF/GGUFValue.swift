import Diagnostics

/// A value of a GGUF file's metadata.
public enum GGUFValue: Sendable, Equatable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case uint64(UInt64)
    case int64(Int64)
    case float32(Float)
    case float64(Double)
    case bool(Bool)
    case string(String)
    case array(GGUFArray)

    /// The value where it is a whole number that fits.
    public var integer: Int? {
        switch self {
        case .uint8(let value): Int(value)
        case .int8(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint32(let value): Int(value)
        case .int32(let value): Int(value)
        case .uint64(let value): Int(exactly: value)
        case .int64(let value): Int(value)
        default: nil
        }
    }

    /// The value where it is a number.
    public var double: Double? {
        switch self {
        case .float32(let value): Double(value)
        case .float64(let value): value
        default: integer.map(Double.init)
        }
    }

    /// The value as an error may print it.
    var summary: String {
        switch self {
        case .float32(let value): "\(value)"
        case .float64(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .string(let value): quoted(value)
        case .array(let array): "a list of \(array.count)"
        default: integer.map(String.init) ?? "a number beyond 2^63"
        }
    }
}

/// An array of a GGUF file's metadata; all elements have one type.
public enum GGUFArray: Sendable, Equatable {
    case uint8([UInt8])
    case int8([Int8])
    case uint16([UInt16])
    case int16([Int16])
    case uint32([UInt32])
    case int32([Int32])
    case uint64([UInt64])
    case int64([Int64])
    case float32([Float])
    case float64([Double])
    case bool([Bool])
    case string([String])
    case array([GGUFArray])

    /// Number of elements.
    public var count: Int {
        switch self {
        case .uint8(let elements): elements.count
        case .int8(let elements): elements.count
        case .uint16(let elements): elements.count
        case .int16(let elements): elements.count
        case .uint32(let elements): elements.count
        case .int32(let elements): elements.count
        case .uint64(let elements): elements.count
        case .int64(let elements): elements.count
        case .float32(let elements): elements.count
        case .float64(let elements): elements.count
        case .bool(let elements): elements.count
        case .string(let elements): elements.count
        case .array(let elements): elements.count
        }
    }

    /// The elements where they are whole numbers that fit.
    public var integers: [Int]? {
        switch self {
        case .uint8(let elements): elements.map(Int.init)
        case .int8(let elements): elements.map(Int.init)
        case .uint16(let elements): elements.map(Int.init)
        case .int16(let elements): elements.map(Int.init)
        case .uint32(let elements): elements.map(Int.init)
        case .int32(let elements): elements.map(Int.init)
        case .uint64(let elements):
            elements.allSatisfy { $0 <= UInt64(Int.max) } ? elements.map { Int($0) } : nil
        case .int64(let elements): elements.map { Int($0) }
        default: nil
        }
    }
}
