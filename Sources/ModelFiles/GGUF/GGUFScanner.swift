import Diagnostics

/// Reads the little-endian fields of a GGUF file in order, never beyond its end.
struct GGUFScanner {
    private let bytes: UnsafeRawBufferPointer
    private let file: String
    private(set) var position = 0

    private static let deepestArray = 8

    init(_ bytes: UnsafeRawBufferPointer, file: String) {
        self.bytes = bytes
        self.file = file
    }

    var remaining: Int { bytes.count - position }

    /// An error at the present position.
    func failure(_ message: String) -> InputError { InputError(.data, at: "\(file): byte \(position)", message) }

    mutating func uint32() throws -> UInt32 { UInt32(littleEndian: try load(UInt32.self)) }
    mutating func uint64() throws -> UInt64 { UInt64(littleEndian: try load(UInt64.self)) }

    /// Reads a count of things that take at least `smallest` bytes each, so that it can be trusted for an allocation.
    mutating func count(of things: String, smallest: Int) throws -> Int {
        let start = position
        let count = try uint64()
        guard count <= UInt64(remaining / smallest) else {
            let limit = remaining / smallest
            position = start
            throw failure("expected at most \(limit) \(things) in the bytes left, found \(count)")
        }
        return Int(count)
    }

    /// Reads a string: its length in bytes, then UTF-8.
    mutating func string() throws -> String {
        let length = try count(of: "bytes of a string", smallest: 1)
        guard let string = String(validating: bytes[position..<position + length], as: UTF8.self) else {
            throw failure("expected a string in UTF-8, found other bytes")
        }
        position += length
        return string
    }

    /// Reads a value: its type, then its content.
    mutating func value() throws -> GGUFValue {
        let type = try uint32()
        switch type {
        case 0: return .uint8(try load(UInt8.self))
        case 1: return .int8(try load(Int8.self))
        case 2: return .uint16(UInt16(littleEndian: try load(UInt16.self)))
        case 3: return .int16(Int16(littleEndian: try load(Int16.self)))
        case 4: return .uint32(try uint32())
        case 5: return .int32(Int32(littleEndian: try load(Int32.self)))
        case 6: return .float32(Float(bitPattern: try uint32()))
        case 7: return .bool(try bool())
        case 8: return .string(try string())
        case 9: return .array(try array(depth: 1))
        case 10: return .uint64(try uint64())
        case 11: return .int64(Int64(littleEndian: try load(Int64.self)))
        case 12: return .float64(Double(bitPattern: try uint64()))
        default:
            position -= 4
            throw failure("expected a value type from 0 to 12, found \(type)")
        }
    }

    private mutating func array(depth: Int) throws -> GGUFArray {
        guard depth <= Self.deepestArray else {
            throw failure("expected arrays at most \(Self.deepestArray) deep, found deeper ones")
        }
        let type = try uint32()
        switch type {
        case 0: return .uint8(try elements())
        case 1: return .int8(try elements())
        case 2: return .uint16(try elements())
        case 3: return .int16(try elements())
        case 4: return .uint32(try elements())
        case 5: return .int32(try elements())
        case 6: return .float32(try elements().map(Float.init(bitPattern:)))
        case 7:
            let count = try count(of: "bools", smallest: 1)
            var elements: [Bool] = []
            elements.reserveCapacity(count)
            for _ in 0..<count { elements.append(try bool()) }
            return .bool(elements)
        case 8:
            let count = try count(of: "strings", smallest: 8)
            var elements: [String] = []
            elements.reserveCapacity(count)
            for _ in 0..<count { elements.append(try string()) }
            return .string(elements)
        case 9:
            let count = try count(of: "arrays", smallest: 12)
            var elements: [GGUFArray] = []
            elements.reserveCapacity(count)
            for _ in 0..<count { elements.append(try array(depth: depth + 1)) }
            return .array(elements)
        case 10: return .uint64(try elements())
        case 11: return .int64(try elements())
        case 12: return .float64(try elements().map(Double.init(bitPattern:)))
        default:
            position -= 4
            throw failure("expected an element type from 0 to 12, found \(type)")
        }
    }

    private mutating func elements<Element: FixedWidthInteger & BitwiseCopyable>() throws -> [Element] {
        let size = MemoryLayout<Element>.size
        let count = try count(of: "elements", smallest: size)
        let source = UnsafeRawBufferPointer(rebasing: bytes[position..<position + count * size])
        let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
            initializedCount = count
        }
        position += source.count
        return elements
    }

    private mutating func bool() throws -> Bool {
        let byte = try load(UInt8.self)
        guard byte <= 1 else {
            position -= 1
            throw failure("expected a bool of 0 or 1, found \(byte)")
        }
        return byte == 1
    }

    private mutating func load<Value: BitwiseCopyable>(_ type: Value.Type) throws -> Value {
        let size = MemoryLayout<Value>.size
        guard size <= remaining else { throw failure("expected \(size) more bytes, found \(remaining)") }
        defer { position += size }
        return bytes.loadUnaligned(fromByteOffset: position, as: type)
    }
}
