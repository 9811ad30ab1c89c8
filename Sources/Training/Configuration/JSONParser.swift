import Diagnostics

extension JSONValue {
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
    package init(parsing bytes: [UInt8], file: String, firstLine: Int = 1, exitCode: ExitCode) throws(InputError) {
        var parser = JSONParser(bytes: bytes, file: file, line: firstLine, exitCode: exitCode)
        self = try parser.document()
    }
}

/// A recursive-descent reader over UTF-8 bytes.
private struct JSONParser {
    /// Deep enough for any real file, shallow enough that hostile nesting cannot exhaust the stack.
    static let deepest = 64

    let bytes: [UInt8]
    let file: String
    var line: Int
    let exitCode: ExitCode
    var index = 0

    init(bytes: [UInt8], file: String, line: Int, exitCode: ExitCode) {
        self.bytes = bytes
        self.file = file
        self.line = line
        self.exitCode = exitCode
    }

    mutating func document() throws(InputError) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        skipBlanks()
        let value = try self.value(depth: 0)
        skipBlanks()
        guard index == bytes.count else { throw unexpected("the end of the text") }
        return value
    }

    private mutating func value(depth: Int) throws(InputError) -> JSONValue {
        guard depth < Self.deepest else { throw failure("nested deeper than \(Self.deepest) levels") }
        let start = line
        switch peek {
        case UInt8(ascii: "{"): return JSONValue(.object(try object(depth: depth)), line: start)
        case UInt8(ascii: "["): return JSONValue(.array(try array(depth: depth)), line: start)
        case UInt8(ascii: "\""): return JSONValue(.string(try string()), line: start)
        case let byte? where byte == UInt8(ascii: "-") || Self.isDigit(byte):
            return JSONValue(.number(try number()), line: start)
        case UInt8(ascii: "t"): return JSONValue(try word("true", .bool(true)), line: start)
        case UInt8(ascii: "f"): return JSONValue(try word("false", .bool(false)), line: start)
        case UInt8(ascii: "n"): return JSONValue(try word("null", .null), line: start)
        default: throw unexpected("a value")
        }
    }

    private mutating func object(depth: Int) throws(InputError) -> [JSONValue.Member] {
        index += 1
        var members: [JSONValue.Member] = []
        var seen: Set<String> = []
        skipBlanks()
        if take(UInt8(ascii: "}")) { return members }
        while true {
            skipBlanks()
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
            let keyLine = line
            let key = try string()
            guard seen.insert(key).inserted else {
                throw failure("duplicate key \(JSONValue.string(key).summary)")
            }
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw unexpected("':' after the key") }
            skipBlanks()
            members.append(JSONValue.Member(key, try value(depth: depth + 1), line: keyLine))
            skipBlanks()
            if take(UInt8(ascii: "}")) { return members }
            guard take(UInt8(ascii: ",")) else { throw unexpected("',' or '}'") }
        }
    }

    private mutating func array(depth: Int) throws(InputError) -> [JSONValue] {
        index += 1
        var values: [JSONValue] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return values }
        while true {
            skipBlanks()
            values.append(try value(depth: depth + 1))
            skipBlanks()
            if take(UInt8(ascii: "]")) { return values }
            guard take(UInt8(ascii: ",")) else { throw unexpected("',' or ']'") }
        }
    }

    private mutating func number() throws(InputError) -> String {
        let start = index
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() throws(InputError) {
        let start = index
        while let byte = peek, Self.isDigit(byte) { index += 1 }
        guard index > start else { throw unexpected("a digit") }
    }

    private mutating func word(_ word: StaticString, _ content: JSONValue.Content) throws(InputError)
        -> JSONValue.Content
    {
        for offset in 0..<word.utf8CodeUnitCount {
            guard peek == word.utf8Start[offset] else { throw unexpected("\(word)") }
            index += 1
        }
        return content
    }

    private mutating func string() throws(InputError) -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure("a string is not valid UTF-8")
                }
                return string
            case UInt8(ascii: "\\"):
                index += 1
                try escape(into: &text)
            case 0..<0x20:
                throw failure("control character \(Self.hexadecimal(byte)) in a string must be escaped")
            default:
                let end = endOfPlainRun()
                text.append(contentsOf: bytes[index..<end])
                index = end
            }
        }
        throw failure("a string has no closing quote")
    }

    /// Where the bytes of a string that stand for themselves end. Nearly all of a data file is such runs.
    private func endOfPlainRun() -> Int {
        bytes.withUnsafeBufferPointer { bytes in
            var end = index
            while end < bytes.count, bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\""),
                bytes[end] != UInt8(ascii: "\\")
            { end += 1 }
            return end
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(InputError) {
        switch peek {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(bytes[index])
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            index += 1
            text.append(contentsOf: Array(String(try escapedScalar()).utf8))
            return
        default: throw unexpected("an escape such as \\n or \\u00e9")
        }
        index += 1
    }

    private mutating func escapedScalar() throws(InputError) -> Character {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return Character(scalar) }
        guard (0xD800..<0xDC00).contains(unit), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw failure("half of a surrogate pair in an escape")
        }
        let low = try codeUnit()
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
        else { throw failure("half of a surrogate pair in an escape") }
        return Character(scalar)
    }

    private mutating func codeUnit() throws(InputError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected("four hexadecimal digits after \\u")
            }
            unit = unit << 4 | UInt16(digit)
            index += 1
        }
        return unit
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            default: return
            }
            index += 1
        }
    }

    private func unexpected(_ expected: String) -> InputError {
        failure("expected \(expected), found \(found)")
    }

    private var found: String {
        guard let byte = peek else { return "the end of the text" }
        guard (0x20..<0x7F).contains(byte) else { return "byte \(Self.hexadecimal(byte))" }
        return "'\(Character(Unicode.Scalar(byte)))'"
    }

    private func failure(_ message: String) -> InputError {
        InputError(exitCode, at: "\(file):\(line)", "not valid JSON: \(message)")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0x0" : "0x") + String(byte, radix: 16, uppercase: true)
    }
}
