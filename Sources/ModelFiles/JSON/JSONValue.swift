import Diagnostics
import Foundation

/// A JSON document of moderate size.
enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads a whole document.
    ///
    /// - Throws: `InputError` with `.data`, naming the file and the byte.
    init(parsing bytes: UnsafeRawBufferPointer, file: String) throws {
        var scanner = JSONScanner(bytes, file: file)
        self = try Self.value(&scanner, depth: 0)
        guard scanner.isAtEnd() else { throw scanner.failure("expected the end, found more text") }
    }

    /// Reads the JSON file at `url`.
    ///
    /// - Throws: `InputError` with `.missingFile` or `.data`.
    init(contentsOf url: URL) throws {
        let file = try MappedFile(url)
        self = try withExtendedLifetime(file) { try JSONValue(parsing: file.bytes, file: file.path) }
    }

    private static func value(_ scanner: inout JSONScanner, depth: Int) throws -> JSONValue {
        guard depth < 64 else { throw scanner.failure("expected at most 64 levels, found more") }
        switch try scanner.next() {
        case UInt8(ascii: "{"):
            var members: [String: JSONValue] = [:]
            try scanner.object { members[$1] = try value(&$0, depth: depth + 1) }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try scanner.array { elements.append(try value(&$0, depth: depth + 1)) }
            return .array(elements)
        case UInt8(ascii: "\""): return .string(try scanner.string())
        case UInt8(ascii: "t"):
            try scanner.take(word: "true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try scanner.take(word: "false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try scanner.take(word: "null")
            return .null
        default:
            let text = try scanner.number()
            if let integer = Int(text) { return .integer(integer) }
            guard let number = Double(text), number.isFinite else {
                throw scanner.failure("expected a number within the range of f64, found \(text)")
            }
            return .number(number)
        }
    }

    /// The value as an error may print it.
    var summary: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "\"\(quoted(value).dropFirst().dropLast())\""
        case .array: "a list"
        case .object: "an object"
        }
    }
}
