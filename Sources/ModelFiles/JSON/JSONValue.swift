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
        try self.init(&scanner, depth: 0)
        guard scanner.isAtEnd() else { throw scanner.failure("expected the end, found more text") }
    }

    /// Reads the JSON file at `url`.
    ///
    /// - Throws: `InputError` with `.missingFile` or `.data`.
    init(contentsOf url: URL) throws {
        let file = try MappedFile(url)
        self = try withExtendedLifetime(file) { try JSONValue(parsing: file.bytes, file: file.path) }
    }

    /// Reads one value at the scanner's position.
    ///
    /// - Parameter depth: the objects and arrays around the value; at most 63.
    init(_ scanner: inout JSONScanner, depth: Int) throws {
        guard depth < 64 else { throw scanner.failure("expected at most 64 levels, found more") }
        switch try scanner.next() {
        case UInt8(ascii: "{"):
            var members: [String: JSONValue] = [:]
            try scanner.object { members[$1] = try JSONValue(&$0, depth: depth + 1) }
            self = .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try scanner.array { elements.append(try JSONValue(&$0, depth: depth + 1)) }
            self = .array(elements)
        case UInt8(ascii: "\""): self = .string(try scanner.string())
        case UInt8(ascii: "t"):
            try scanner.take(word: "true")
            self = .bool(true)
        case UInt8(ascii: "f"):
            try scanner.take(word: "false")
            self = .bool(false)
        case UInt8(ascii: "n"):
            try scanner.take(word: "null")
            self = .null
        default:
            let text = try scanner.number()
            if let integer = Int(text) {
                self = .integer(integer)
                return
            }
            guard let number = Double(text), number.isFinite else {
                throw scanner.failure("expected a number within the range of f64, found \(text)")
            }
            self = .number(number)
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
