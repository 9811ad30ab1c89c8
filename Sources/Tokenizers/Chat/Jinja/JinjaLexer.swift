/// Cuts a Jinja template into text and tags, and tags into symbols.
///
/// White space is controlled as Hugging Face does it: `trim_blocks` (the line end after a block or comment goes) and
/// `lstrip_blocks` (the indentation before one goes), besides the `-` and `+` signs in the tags themselves.
struct JinjaLexer {
    enum Piece: Equatable {
        case text(String)
        case output([Symbol])
        case block([Symbol])
    }

    enum Symbol: Equatable {
        case name(String)
        case string(String)
        case integer(Int)
        case sign(String)
    }

    /// No chat template comes near it; it bounds how deep an expression can be.
    private static let longestTag = 128

    private let source: [Unicode.Scalar]
    private var position = 0

    /// The text and the tags of a template, comments left out.
    static func pieces(of template: String) throws -> [Piece] {
        // Jinja counts every kind of line end as a line feed, and drops one at the end of the file.
        var scalars: [Unicode.Scalar] = []
        for scalar in template.unicodeScalars {
            if scalar == "\n" && scalars.last == "\r" { scalars.removeLast() }
            scalars.append(scalar)
        }
        scalars = scalars.map { $0 == "\r" ? "\n" : $0 }
        if scalars.last == "\n" { scalars.removeLast() }
        var lexer = JinjaLexer(source: scalars)
        return try lexer.run()
    }

    private init(source: [Unicode.Scalar]) { self.source = source }

    private mutating func run() throws -> [Piece] {
        var pieces: [Piece] = []
        while true {
            let startsLine = position == 0 || source[position - 1] == "\n"
            var text: [Unicode.Scalar] = []
            while position < source.count, !["{{", "{%", "{#"].contains(peek(2)) { text.append(take()) }
            let opening = peek(2)
            position += opening.count
            let sign = opening.isEmpty ? "" : takeSign(["-", "+"])
            if sign == "-" {
                text = trimmedAtEnd(text) { $0.properties.isWhitespace }
            } else if sign.isEmpty && (opening == "{%" || opening == "{#") {
                let unindented = trimmedAtEnd(text) { $0 != "\n" && $0.properties.isWhitespace }
                if unindented.last == "\n" || (unindented.isEmpty && startsLine) { text = unindented }
            }
            if !text.isEmpty { pieces.append(.text(String(String.UnicodeScalarView(text)))) }
            switch opening {
            case "{{": pieces.append(.output(try symbols(until: "}}")))
            case "{%": pieces.append(.block(try symbols(until: "%}")))
            case "{#": try skipComment()
            default: return pieces
            }
        }
    }

    // MARK: - Tags

    private mutating func skipComment() throws {
        while peek(2) != "#}" {
            guard position < source.count else { throw JinjaProblem.syntax }
            position += 1
        }
        close(2, sign: source[position - 1], dropsLineEnd: true)
    }

    private mutating func symbols(until closing: String) throws -> [Symbol] {
        var symbols: [Symbol] = []
        var depth = 0
        while true {
            while position < source.count, source[position].properties.isWhitespace { position += 1 }
            guard position < source.count else { throw JinjaProblem.syntax }
            if depth == 0 {
                for sign in ["", "-", "+"] where peek(sign.count + 2) == sign + closing {
                    close(sign.count + 2, sign: sign.unicodeScalars.first ?? " ", dropsLineEnd: closing == "%}")
                    return symbols
                }
            }
            guard symbols.count < Self.longestTag else { throw JinjaProblem.unsupported }
            let symbol = try takeSymbol()
            if [.sign("("), .sign("["), .sign("{")].contains(symbol) { depth += 1 }
            if [.sign(")"), .sign("]"), .sign("}")].contains(symbol) { depth -= 1 }
            symbols.append(symbol)
        }
    }

    private mutating func close(_ length: Int, sign: Unicode.Scalar, dropsLineEnd: Bool) {
        position += length
        if sign == "-" {
            while position < source.count, source[position].properties.isWhitespace { position += 1 }
        } else if sign != "+" && dropsLineEnd && peek(1) == "\n" {
            position += 1
        }
    }

    private mutating func takeSymbol() throws -> Symbol {
        let scalar = source[position]
        if scalar == "'" || scalar == "\"" { return .string(try takeString()) }
        if isDigit(scalar) {
            let digits = takeWhile(isDigit)
            guard let integer = Int(digits), peek(1) != "." else { throw JinjaProblem.unsupported }
            return .integer(integer)
        }
        if isNameScalar(scalar) { return .name(takeWhile { isNameScalar($0) || isDigit($0) }) }
        for sign in ["==", "!=", "<=", ">=", "//", "**"] where peek(2) == sign {
            position += 2
            return .sign(sign)
        }
        guard "+-*/%~<>=()[]{}.,:|".unicodeScalars.contains(scalar) else { throw JinjaProblem.syntax }
        return .sign(String(take()))
    }

    private mutating func takeString() throws -> String {
        let quote = take()
        var text = String.UnicodeScalarView()
        while position < source.count {
            let scalar = take()
            if scalar == quote { return String(text) }
            guard scalar == "\\" else {
                text.append(scalar)
                continue
            }
            guard position < source.count else { break }
            switch take() {
            case "n": text.append("\n")
            case "t": text.append("\t")
            case "r": text.append("\r")
            case let escaped where escaped == "\\" || escaped == "'" || escaped == "\"": text.append(escaped)
            default: throw JinjaProblem.unsupported
            }
        }
        throw JinjaProblem.syntax
    }

    // MARK: - Scalars

    private func peek(_ count: Int) -> String {
        String(String.UnicodeScalarView(source[position..<min(position + count, source.count)]))
    }

    private mutating func take() -> Unicode.Scalar {
        defer { position += 1 }
        return source[position]
    }

    private mutating func takeSign(_ signs: [String]) -> String {
        let sign = peek(1)
        guard signs.contains(sign) else { return "" }
        position += 1
        return sign
    }

    private mutating func takeWhile(_ belongs: (Unicode.Scalar) -> Bool) -> String {
        var text = String.UnicodeScalarView()
        while position < source.count, belongs(source[position]) { text.append(take()) }
        return String(text)
    }

    private func trimmedAtEnd(
        _ text: [Unicode.Scalar], where drops: (Unicode.Scalar) -> Bool
    ) -> [Unicode.Scalar] {
        Array(text[..<((text.lastIndex { !drops($0) } ?? -1) + 1)])
    }
}

private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

private func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
}
