/// Makes statements of the pieces of a template, by Jinja's grammar as far as chat templates of plain text use it.
struct JinjaParser {
    private typealias Symbol = JinjaLexer.Symbol

    private let pieces: [JinjaLexer.Piece]
    private var nextPiece = 0
    /// The symbols of the tag being read, and the next of them.
    private var symbols: [JinjaLexer.Symbol] = []
    private var position = 0
    /// How many blocks and expressions are open, bounded because each takes a part of the stack.
    private var depth = 0
    private static let greatestDepth = 24

    static func statements(of template: String) throws -> [JinjaStatement] {
        var parser = JinjaParser(pieces: try JinjaLexer.pieces(of: template))
        let (statements, end) = try parser.body(until: [])
        guard end == nil else { throw JinjaProblem.syntax }
        return statements
    }

    private init(pieces: [JinjaLexer.Piece]) { self.pieces = pieces }

    // MARK: - Statements

    /// The statements up to a block with one of the names `ends`, and that block's name.
    private mutating func body(until ends: Set<String>) throws -> (statements: [JinjaStatement], end: String?) {
        try descend()
        defer { depth -= 1 }
        var statements: [JinjaStatement] = []
        while nextPiece < pieces.count {
            let piece = pieces[nextPiece]
            nextPiece += 1
            switch piece {
            case .text(let text): statements.append(.text(text))
            case .output(let symbols):
                begin(symbols)
                statements.append(.output(try expression()))
                try finish()
            case .block(let symbols):
                begin(symbols)
                let name = try takeName()
                if ends.contains(name) { return (statements, name) }
                statements.append(try statement(name))
            }
        }
        guard ends.isEmpty else { throw JinjaProblem.syntax }
        return (statements, nil)
    }

    private mutating func statement(_ name: String) throws -> JinjaStatement {
        switch name {
        case "set":
            let name = try takeName()
            try take("=")
            let value = try expression()
            try finish()
            return .assignment(name: name, value)
        case "for":
            var names = [try takeName()]
            while accept(",") { names.append(try takeName()) }
            guard acceptName("in") else { throw JinjaProblem.syntax }
            let sequence = try expression(allowsCondition: false)
            try finish()
            let (statements, _) = try body(until: ["endfor"])
            try finish()
            return .loop(names: names, sequence: sequence, body: statements)
        case "if":
            var branches: [(JinjaExpression, [JinjaStatement])] = []
            while true {
                let condition = try expression()
                try finish()
                let (statements, end) = try body(until: ["elif", "else", "endif"])
                branches.append((condition, statements))
                if end == "elif" { continue }
                try finish()
                guard end == "else" else { return .branches(branches, otherwise: []) }
                let (otherwise, _) = try body(until: ["endif"])
                try finish()
                return .branches(branches, otherwise: otherwise)
            }
        default: throw JinjaProblem.unsupported
        }
    }

    // MARK: - Expressions, from the loosest binding to the tightest

    private mutating func expression(allowsCondition: Bool = true) throws -> JinjaExpression {
        try descend()
        defer { depth -= 1 }
        let value = try disjunction()
        guard allowsCondition, acceptName("if") else { return value }
        let condition = try disjunction()
        let otherwise = acceptName("else") ? try expression() : nil
        return .conditional(value, condition: condition, otherwise: otherwise)
    }

    private mutating func disjunction() throws -> JinjaExpression {
        var left = try conjunction()
        while acceptName("or") { left = .binary("or", left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws -> JinjaExpression {
        var left = try negation()
        while acceptName("and") { left = .binary("and", left, try negation()) }
        return left
    }

    private mutating func negation() throws -> JinjaExpression {
        acceptName("not") ? .not(try negation()) : try comparison()
    }

    private mutating func comparison() throws -> JinjaExpression {
        var left = try sum()
        var isFirst = true
        while let next = try comparisonOperator() {
            // Python chains `a < b < c`; no chat template does.
            guard isFirst else { throw JinjaProblem.unsupported }
            isFirst = false
            let comparison = JinjaExpression.binary(next.sign, left, try sum())
            left = next.isNegated ? .not(comparison) : comparison
        }
        return left
    }

    private mutating func comparisonOperator() throws -> (sign: String, isNegated: Bool)? {
        for sign in ["==", "!=", "<=", ">=", "<", ">"] where accept(sign) { return (sign, false) }
        if acceptName("in") { return ("in", false) }
        if current == .name("not"), position + 1 < symbols.count, symbols[position + 1] == .name("in") {
            position += 2
            return ("in", true)
        }
        return nil
    }

    private mutating func sum() throws -> JinjaExpression {
        var left = try concatenation()
        while true {
            if accept("+") {
                left = .binary("+", left, try concatenation())
            } else if accept("-") {
                left = .binary("-", left, try concatenation())
            } else {
                return left
            }
        }
    }

    private mutating func concatenation() throws -> JinjaExpression {
        var left = try product()
        while accept("~") { left = .binary("~", left, try product()) }
        return left
    }

    private mutating func product() throws -> JinjaExpression {
        var left = try negative()
        while let sign = ["*", "%", "//"].first(where: { current == .sign($0) }) {
            position += 1
            left = .binary(sign, left, try negative())
        }
        return left
    }

    private mutating func negative() throws -> JinjaExpression {
        accept("-") ? .binary("-", .value(.integer(0)), try postfix()) : try postfix()
    }

    private mutating func postfix() throws -> JinjaExpression {
        var value = try primary()
        while true {
            if accept(".") {
                value = .item(value, .value(.text(try takeName())))
            } else if accept("[") {
                value = try subscripted(value)
            } else if accept("(") {
                value = .call(value, try arguments())
            } else if accept("|") {
                let name = try takeName()
                value = .filter(value, name: name, accept("(") ? try arguments() : [])
            } else if acceptName("is") {
                let isNegated = acceptName("not")
                let test = JinjaExpression.test(value, name: try takeName())
                value = isNegated ? .not(test) : test
            } else {
                return value
            }
        }
    }

    private mutating func subscripted(_ value: JinjaExpression) throws -> JinjaExpression {
        let from = current == .sign(":") ? nil : try expression()
        guard accept(":") else {
            try take("]")
            guard let from else { throw JinjaProblem.syntax }
            return .item(value, from)
        }
        let to = current == .sign("]") ? nil : try expression()
        try take("]")
        return .slice(value, from: from, to: to)
    }

    private mutating func arguments(until closing: String = ")") throws -> [JinjaExpression] {
        var arguments: [JinjaExpression] = []
        while !accept(closing) {
            // A keyword argument is only met in calls that are never run; its name does not matter.
            if case .name = current, position + 1 < symbols.count, symbols[position + 1] == .sign("=") { position += 2 }
            arguments.append(try expression())
            if !accept(",") && current != .sign(closing) { throw JinjaProblem.syntax }
        }
        return arguments
    }

    private mutating func primary() throws -> JinjaExpression {
        guard let symbol = current else { throw JinjaProblem.syntax }
        position += 1
        switch symbol {
        case .string(var text):
            // Neighbouring strings are one, as in Python.
            while case .string(let more) = current {
                text += more
                position += 1
            }
            return .value(.text(text))
        case .integer(let integer): return .value(.integer(integer))
        case .name("true"), .name("True"): return .value(.bool(true))
        case .name("false"), .name("False"): return .value(.bool(false))
        case .name("none"), .name("None"): return .value(.none)
        case .name(let name): return .variable(name)
        case .sign("("):
            let value = try expression()
            try take(")")
            return value
        case .sign("["): return .list(try arguments(until: "]"))
        default: throw JinjaProblem.unsupported
        }
    }

    private mutating func descend() throws {
        depth += 1
        guard depth <= Self.greatestDepth else { throw JinjaProblem.unsupported }
    }

    // MARK: - Symbols

    private var current: JinjaLexer.Symbol? { position < symbols.count ? symbols[position] : nil }

    private mutating func begin(_ symbols: [JinjaLexer.Symbol]) {
        self.symbols = symbols
        position = 0
    }

    private func finish() throws {
        guard position == symbols.count else { throw JinjaProblem.syntax }
    }

    private mutating func accept(_ sign: String) -> Bool {
        guard current == .sign(sign) else { return false }
        position += 1
        return true
    }

    private mutating func acceptName(_ name: String) -> Bool {
        guard current == .name(name) else { return false }
        position += 1
        return true
    }

    private mutating func take(_ sign: String) throws {
        guard accept(sign) else { throw JinjaProblem.syntax }
    }

    private mutating func takeName() throws -> String {
        guard case .name(let name) = current else { throw JinjaProblem.syntax }
        position += 1
        return name
    }
}
