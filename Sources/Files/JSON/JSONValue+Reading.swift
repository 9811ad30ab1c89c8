import Diagnostics

extension JSONValue {
    /// Deep enough for any real file, shallow enough that hostile nesting cannot exhaust the stack.
    private static let deepest = 64

    /// Reads one JSON text by RFC 8259, to the letter, and refuses duplicate keys.
    ///
    /// A UTF-8 byte order mark before the text is passed over.
    ///
    /// - Parameters:
    ///   - bytes: the text in UTF-8.
    ///   - file: what errors call the file.
    ///   - firstLine: the number of the first line in `file`.
    ///   - exitCode: the exit code of the errors.
    /// - Throws: `InputError` at `file:line` for a syntax error, invalid UTF-8, a duplicate key, more than one value
    ///   or nesting deeper than 64 levels.
    package init(
        parsing bytes: [UInt8], file: String, firstLine: Int = 1, exitCode: ExitCode = .data
    ) throws(InputError) {
        self = try bytes.withUnsafeBufferPointer { bytes throws(InputError) in
            var scanner = JSONScanner(
                UnsafeRawBufferPointer(bytes), file: file, start: .line(firstLine), exitCode: exitCode)
            let value = try Self.value(&scanner, depth: 0)
            try scanner.requireEnd()
            return value
        }
    }

    private static func value(_ scanner: inout JSONScanner, depth: Int) throws(InputError) -> JSONValue {
        guard depth < deepest else {
            throw scanner.failure("not valid JSON: expected at most \(deepest) levels, found deeper nesting")
        }
        guard let first = scanner.next() else { throw scanner.unexpected("a value") }
        let line = scanner.line
        let content: Content
        switch first {
        case UInt8(ascii: "{"):
            var members: [Member] = []
            try scanner.object { scanner, key, line throws(InputError) in
                members.append(Member(key, try value(&scanner, depth: depth + 1), line: line))
            }
            content = .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try scanner.array { scanner throws(InputError) in
                elements.append(try value(&scanner, depth: depth + 1))
            }
            content = .array(elements)
        case UInt8(ascii: "\""): content = .string(try scanner.string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): content = .number(try scanner.number())
        case UInt8(ascii: "t"):
            try scanner.take(word: "true")
            content = .bool(true)
        case UInt8(ascii: "f"):
            try scanner.take(word: "false")
            content = .bool(false)
        case UInt8(ascii: "n"):
            try scanner.take(word: "null")
            content = .null
        default: throw scanner.unexpected("a value")
        }
        return JSONValue(content, line: line)
    }
}
