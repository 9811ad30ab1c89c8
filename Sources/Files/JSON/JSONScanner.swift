import Diagnostics

/// Reads JSON strictly (RFC 8259), token by token: no duplicate keys, no invalid UTF-8, nothing but the grammar.
package struct JSONScanner {
    /// How errors name a position.
    package enum Position: Sendable {
        /// `file:line`; the number is that of the first line.
        case line(Int)
        /// `file: byte n`; the number is that of the first byte, for texts on a single line inside a binary file.
        case byte(Int)
    }

    /// The largest integer that every JSON reader keeps exactly.
    package static let largestInteger = 1 << 53

    private let bytes: UnsafeRawBufferPointer
    private let file: String
    private let exitCode: ExitCode
    private let firstByte: Int?
    /// The line of the present position.
    package private(set) var line: Int
    /// The index of the byte that is read next.
    package private(set) var position = 0

    /// - Parameters:
    ///   - bytes: the JSON text in UTF-8, valid while the scanner is used. A byte order mark is passed over.
    ///   - file: what errors call the file.
    ///   - start: the position of the first byte in the file.
    ///   - exitCode: the exit code of the errors.
    package init(
        _ bytes: UnsafeRawBufferPointer, file: String, start: Position = .line(1), exitCode: ExitCode = .data
    ) {
        self.bytes = bytes
        self.file = file
        self.exitCode = exitCode
        switch start {
        case .line(let first): (line, firstByte) = (first, nil)
        case .byte(let first): (line, firstByte) = (1, first)
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The next byte that is no blank or line end, without taking it; nil at the end.
    package mutating func next() -> UInt8? {
        while let byte {
            switch byte {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            default: return byte
            }
            position += 1
        }
        return nil
    }

    /// Refuses anything but blanks and line ends up to the end.
    package mutating func requireEnd() throws(InputError) {
        guard next() == nil else { throw unexpected("the end of the text") }
    }

    /// Reads an object, calling `member` at each value with the key and its line. Refuses a key that occurs twice.
    package mutating func object(
        _ member: (inout JSONScanner, _ key: String, _ line: Int) throws(InputError) -> Void
    ) throws(InputError) {
        guard takeMark("{") else { throw unexpected("'{'") }
        if takeMark("}") { return }
        var keys: Set<String> = []
        while true {
            guard next() == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
            let start = position
            let key = try string()
            guard keys.insert(key).inserted else {
                position = start
                throw syntaxError("expected each key once, found \(quoted(key)) again")
            }
            let keyLine = line
            guard takeMark(":") else { throw unexpected("':' after the key") }
            try member(&self, key, keyLine)
            if takeMark("}") { return }
            guard takeMark(",") else { throw unexpected("',' or '}'") }
        }
    }

    /// Reads an array, calling `element` at each value.
    package mutating func array(
        _ element: (inout JSONScanner) throws(InputError) -> Void
    ) throws(InputError) {
        guard takeMark("[") else { throw unexpected("'['") }
        if takeMark("]") { return }
        while true {
            try element(&self)
            if takeMark("]") { return }
            guard takeMark(",") else { throw unexpected("',' or ']'") }
        }
    }

    /// Reads a whole number from 0 to 2⁵³, written without sign, fraction and exponent.
    package mutating func naturalNumber() throws(InputError) -> Int {
        let literal = try number()
        guard let value = Int(literal), (0...Self.largestInteger).contains(value), !literal.hasPrefix("-") else {
            throw failure("expected a whole number from 0 to 2^53, found \(quoted(literal))")
        }
        return value
    }

    /// Reads a number of any form the grammar allows, as it is written.
    package mutating func number() throws(InputError) -> String {
        _ = next()
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        if byte == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if byte == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Takes one of the words `true`, `false` and `null`.
    package mutating func take(word: StaticString) throws(InputError) {
        _ = next()
        for offset in 0..<word.utf8CodeUnitCount {
            guard byte == word.utf8Start[offset] else { throw unexpected("\(word)") }
            position += 1
        }
    }

    /// Reads a string.
    package mutating func string() throws(InputError) -> String {
        guard takeMark("\"") else { throw unexpected("a string") }
        var content: [UInt8] = []
        while true {
            let start = position
            skipPlainBytes()
            let plain = bytes[start..<position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                // Nearly all strings are one run without escapes and need no copy.
                let string: String?
                if content.isEmpty {
                    string = String(validating: plain, as: UTF8.self)
                } else {
                    content.append(contentsOf: plain)
                    string = String(validating: content, as: UTF8.self)
                }
                guard let string else { throw syntaxError("expected UTF-8, found other bytes in a string") }
                return string
            case UInt8(ascii: "\\"):
                content.append(contentsOf: plain)
                position += 1
                content.append(contentsOf: String(try escape()).utf8)
            case nil: throw unexpected("the closing quote of a string")
            default: throw unexpected("an escape for the control character")
            }
        }
    }

    // MARK: Errors

    /// An error at the present position about what the JSON says.
    package func failure(_ message: String) -> InputError {
        let place = firstByte.map { "\(file): byte \($0 + position)" } ?? "\(file):\(line)"
        return InputError(exitCode, at: place, message)
    }

    /// An error at the present position about its grammar, which says what stands there.
    package func unexpected(_ expected: String) -> InputError {
        syntaxError("expected \(expected), found \(found)")
    }

    private func syntaxError(_ message: String) -> InputError { failure("not valid JSON: \(message)") }

    private var found: String {
        guard let byte else { return "the end of the text" }
        if (0x20..<0x7F).contains(byte) { return "'\(Unicode.Scalar(byte))'" }
        return (byte < 16 ? "byte 0x0" : "byte 0x") + String(byte, radix: 16, uppercase: true)
    }

    // MARK: Bytes

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Takes a punctuation mark and the blanks before it, if it comes next.
    private mutating func takeMark(_ mark: Unicode.Scalar) -> Bool {
        guard next() == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    private mutating func digits() throws(InputError) {
        let start = position
        while let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw unexpected("a digit") }
    }

    /// Moves on to the first byte of a string that does not stand for itself.
    private mutating func skipPlainBytes() {
        while let byte, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
    }

    private mutating func escape() throws(InputError) -> Unicode.Scalar {
        let scalar: Unicode.Scalar
        switch byte {
        case UInt8(ascii: "\""): scalar = "\""
        case UInt8(ascii: "\\"): scalar = "\\"
        case UInt8(ascii: "/"): scalar = "/"
        case UInt8(ascii: "b"): scalar = "\u{8}"
        case UInt8(ascii: "f"): scalar = "\u{C}"
        case UInt8(ascii: "n"): scalar = "\n"
        case UInt8(ascii: "r"): scalar = "\r"
        case UInt8(ascii: "t"): scalar = "\t"
        case UInt8(ascii: "u"):
            position += 1
            return try escapedScalar()
        default: throw unexpected("an escape such as \\n or \\u00e9")
        }
        position += 1
        return scalar
    }

    private mutating func escapedScalar() throws(InputError) -> Unicode.Scalar {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let half = syntaxError("expected a surrogate pair, found half of one")
        guard (0xD800..<0xDC00).contains(unit), byte == UInt8(ascii: "\\") else { throw half }
        position += 1
        guard byte == UInt8(ascii: "u") else { throw half }
        position += 1
        let low = try codeUnit()
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw half }
        return scalar
    }

    private mutating func codeUnit() throws(InputError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected("four hexadecimal digits after \\u")
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }
}
