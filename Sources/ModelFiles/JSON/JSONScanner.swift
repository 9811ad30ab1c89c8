import Diagnostics

/// Reads JSON strictly, token by token: no duplicate keys, no invalid UTF-8, no comments, nothing but the grammar.
struct JSONScanner {
    private let bytes: UnsafeRawBufferPointer
    private let file: String
    private let origin: Int
    private(set) var position = 0

    /// The largest integer that every JSON reader keeps exactly.
    static let largestInteger = 1 << 53

    /// - Parameters:
    ///   - bytes: the JSON text, valid while the scanner is used.
    ///   - file: what errors name.
    ///   - origin: the position of the first byte in the file.
    init(_ bytes: UnsafeRawBufferPointer, file: String, origin: Int = 0) {
        self.bytes = bytes
        self.file = file
        self.origin = origin
    }

    /// The next byte that is not white space, without taking it.
    mutating func next() throws -> UInt8 {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return bytes[position]
            }
        }
        throw failure("expected more JSON, found the end")
    }

    /// Takes a punctuation mark.
    mutating func take(_ mark: Unicode.Scalar) throws {
        guard try next() == UInt8(ascii: mark) else { throw unexpected("'\(mark)'") }
        position += 1
    }

    /// Whether nothing but blanks and line ends is left.
    mutating func isAtEnd() -> Bool { (try? next()) == nil }

    /// Reads an object, calling `member` at each value. Refuses a key that occurs twice.
    mutating func object(_ member: (inout JSONScanner, String) throws -> Void) throws {
        try take("{")
        guard try next() != UInt8(ascii: "}") else {
            position += 1
            return
        }
        var keys: Set<String> = []
        while true {
            guard try next() == UInt8(ascii: "\"") else { throw unexpected("a key") }
            let start = position
            let key = try string()
            guard keys.insert(key).inserted else {
                position = start
                throw failure("expected each key once, found \(quoted(key)) again")
            }
            try take(":")
            try member(&self, key)
            guard try next() == UInt8(ascii: ",") else { return try take("}") }
            position += 1
        }
    }

    /// Reads an array, calling `element` at each value.
    mutating func array(_ element: (inout JSONScanner) throws -> Void) throws {
        try take("[")
        guard try next() != UInt8(ascii: "]") else {
            position += 1
            return
        }
        while true {
            try element(&self)
            guard try next() == UInt8(ascii: ",") else { return try take("]") }
            position += 1
        }
    }

    /// Reads a whole number from 0 to 2⁵³, written without sign, fraction, exponent or leading zeros.
    mutating func naturalNumber() throws -> Int {
        guard case UInt8(ascii: "0")...UInt8(ascii: "9") = try next() else { throw unexpected("a whole number") }
        let start = position
        var value = 0
        while position < bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[position] {
            value = value * 10 + Int(bytes[position] - UInt8(ascii: "0"))
            guard value <= Self.largestInteger else {
                position = start
                throw failure("expected a whole number of at most 2^53, found a larger one")
            }
            position += 1
        }
        guard position == start + 1 || bytes[start] != UInt8(ascii: "0") else {
            position = start
            throw failure("expected a whole number, found leading zeros")
        }
        if position < bytes.count, [".", "e", "E"].contains(where: { UInt8(ascii: $0) == bytes[position] }) {
            throw unexpected("a whole number without fraction and exponent")
        }
        return value
    }

    /// Reads a number of any form the grammar allows, as text.
    mutating func number() throws -> Substring {
        _ = try next()
        let start = position
        if byte() == UInt8(ascii: "-") { position += 1 }
        let whole = takeDigits()
        guard whole == 1 || (whole > 1 && bytes[position - whole] != UInt8(ascii: "0")) else {
            throw unexpected("a number")
        }
        if byte() == UInt8(ascii: ".") {
            position += 1
            guard takeDigits() > 0 else { throw unexpected("a digit") }
        }
        if byte() == UInt8(ascii: "e") || byte() == UInt8(ascii: "E") {
            position += 1
            if byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-") { position += 1 }
            guard takeDigits() > 0 else { throw unexpected("a digit") }
        }
        return Substring(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Takes one of the words `true`, `false` and `null`.
    mutating func take(word: StaticString) throws {
        _ = try next()
        let end = position + word.utf8CodeUnitCount
        let expected = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[position..<end].elementsEqual(expected) else { throw unexpected("a value") }
        position = end
    }

    /// Reads a string.
    mutating func string() throws -> String {
        try take("\"")
        let start = position
        var content: [UInt8] = []
        var plainStart = position
        while let byte = byte() {
            switch byte {
            case UInt8(ascii: "\""):
                content.append(contentsOf: bytes[plainStart..<position])
                position += 1
                guard let string = String(validating: content, as: UTF8.self) else {
                    position = start
                    throw failure("expected UTF-8, found other bytes in a string")
                }
                return string
            case UInt8(ascii: "\\"):
                content.append(contentsOf: bytes[plainStart..<position])
                position += 1
                content.append(contentsOf: String(try escape()).utf8)
                plainStart = position
            case 0..<0x20: throw unexpected("an escaped control character")
            default: position += 1
            }
        }
        throw failure("expected the end of a string, found the end of the JSON")
    }

    private mutating func escape() throws -> Unicode.Scalar {
        guard let byte = byte() else { throw unexpected("an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xd800..<0xdc00).contains(code), byte2(UInt8(ascii: "\\"), UInt8(ascii: "u")) {
                position += 2
                let low = try hexadecimal()
                guard (0xdc00..<0xe000).contains(low) else {
                    throw failure("expected a surrogate pair, found half of one")
                }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else {
                throw failure("expected a surrogate pair, found half of one")
            }
            return scalar
        default:
            position -= 1
            throw unexpected("an escape")
        }
    }

    private mutating func hexadecimal() throws -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = byte(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected("four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private mutating func takeDigits() -> Int {
        let start = position
        while let byte = byte(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position - start
    }

    private func byte() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private func byte2(_ first: UInt8, _ second: UInt8) -> Bool {
        position + 1 < bytes.count && bytes[position] == first && bytes[position + 1] == second
    }

    /// An error at the present position.
    func failure(_ message: String) -> InputError {
        InputError(.data, at: "\(file): byte \(origin + position)", message)
    }

    private func unexpected(_ expected: String) -> InputError {
        guard let byte = byte() else { return failure("expected \(expected), found the end") }
        let found = (0x21..<0x7f).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "byte \(byte)"
        return failure("expected \(expected), found \(found)")
    }
}

/// A name from a file as an error may print it: on one line, and not without end.
func quoted(_ name: String) -> String {
    let shown = name.unicodeScalars.prefix(100).map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: "?"
        default: String(scalar)
        }
    }.joined()
    return "'\(shown)\(name.unicodeScalars.count > 100 ? "…" : "")'"
}
