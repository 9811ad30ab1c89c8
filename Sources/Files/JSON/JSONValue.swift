/// A JSON value that knows the line it was read from, with object members in the order of the file.
///
/// Foundation's parser keeps neither line nor order, and takes the last of two equal keys without a word;
/// configs and training rows need all three.
package struct JSONValue: Sendable {
    /// What the value is.
    package enum Content: Sendable {
        case null
        case bool(Bool)
        /// The literal as written, so that no digit is lost before the reader says which type it wants.
        case number(String)
        case string(String)
        case array([JSONValue])
        case object([Member])
    }

    /// One `"key": value` pair.
    package struct Member: Sendable {
        package var key: String
        package var value: JSONValue
        /// The 1-based line of the key; nil where it was not read from a file.
        package var line: Int?

        package init(_ key: String, _ value: JSONValue, line: Int? = nil) {
            self.key = key
            self.value = value
            self.line = line
        }
    }

    package var content: Content
    /// The 1-based line on which the value begins; nil where it was not read from a file.
    package var line: Int?

    package init(_ content: Content, line: Int? = nil) {
        self.content = content
        self.line = line
    }
}

extension JSONValue {
    package static let null = JSONValue(.null)

    package static func bool(_ value: Bool) -> JSONValue { JSONValue(.bool(value)) }
    package static func string(_ value: String) -> JSONValue { JSONValue(.string(value)) }
    package static func array(_ values: [JSONValue]) -> JSONValue { JSONValue(.array(values)) }
    package static func object(_ members: [Member]) -> JSONValue { JSONValue(.object(members)) }
    package static func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
    package static func number(_ value: Int) -> JSONValue { JSONValue(.number(String(value))) }

    /// The shortest literal that reads back as the same number; `null` for what JSON cannot say (NaN, infinities).
    package static func number(_ value: Double) -> JSONValue {
        guard value.isFinite else { return .null }
        let literal = value.description
        return JSONValue(.number(literal.hasSuffix(".0") ? String(literal.dropLast(2)) : literal))
    }

    /// A finite number with a fraction or an exponent, as readers want it that tell `8.0` from `8`.
    package static func float(_ value: Double) -> JSONValue { JSONValue(.number(value.description)) }
}

extension JSONValue {
    package var isNull: Bool { if case .null = content { true } else { false } }
    package var bool: Bool? { if case .bool(let value) = content { value } else { nil } }
    package var string: String? { if case .string(let value) = content { value } else { nil } }
    package var array: [JSONValue]? { if case .array(let values) = content { values } else { nil } }
    package var members: [Member]? { if case .object(let members) = content { members } else { nil } }

    /// The number as an integer; nil where the literal has a fraction, an exponent or too many digits.
    package var integer: Int? { if case .number(let literal) = content { Int(literal) } else { nil } }

    /// The number as a double; nil where it is beyond the finite range.
    package var double: Double? {
        guard case .number(let literal) = content, let value = Double(literal), value.isFinite else { return nil }
        return value
    }

    /// The value of a key of an object; nil where it is missing or this is no object.
    package subscript(key: String) -> JSONValue? { members?.first { $0.key == key }?.value }

    /// The value in the few words an error message has room for.
    package var summary: String {
        switch content {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .number(let literal): return Self.shortened(literal)
        case .string(let text): return JSONValue.string(Self.shortened(text)).compactText
        case .array(let values): return values.isEmpty ? "an empty list" : "a list"
        case .object(let members): return members.isEmpty ? "an empty object" : "an object"
        }
    }

    private static func shortened(_ text: String) -> String {
        text.count <= 40 ? text : text.prefix(40).description + "…"
    }
}
