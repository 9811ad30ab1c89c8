/// A statement of a Jinja template.
indirect enum JinjaStatement {
    case text(String)
    case output(JinjaExpression)
    case assignment(name: String, JinjaExpression)
    /// `if`, `elif` …, and what `else` holds.
    case branches([(condition: JinjaExpression, body: [JinjaStatement])], otherwise: [JinjaStatement])
    case loop(names: [String], sequence: JinjaExpression, body: [JinjaStatement])
}

/// An expression of a Jinja template.
indirect enum JinjaExpression {
    case value(JinjaValue)
    case variable(String)
    case list([JinjaExpression])
    /// `a.b` and `a["b"]`, which Jinja treats alike.
    case item(JinjaExpression, JinjaExpression)
    case slice(JinjaExpression, from: JinjaExpression?, to: JinjaExpression?)
    case call(JinjaExpression, [JinjaExpression])
    case filter(JinjaExpression, name: String, [JinjaExpression])
    case test(JinjaExpression, name: String)
    case not(JinjaExpression)
    case binary(String, JinjaExpression, JinjaExpression)
    case conditional(JinjaExpression, condition: JinjaExpression, otherwise: JinjaExpression?)
}

/// A value while a template runs.
enum JinjaValue: Equatable {
    case undefined
    case none
    case bool(Bool)
    case integer(Int)
    case string(SymbolicText)
    case list([JinjaValue])
    case dictionary([String: JinjaValue])

    static func text(_ text: String) -> JinjaValue { .string(SymbolicText([.literal(text)])) }
}

/// Text with unknown stretches, in its only form: no two literals in a row, none empty.
struct SymbolicText: Equatable {
    private(set) var parts: [ChatPart] = []
    /// The number of bytes of the literals and of unknown stretches together.
    private(set) var size = 0

    init(_ parts: [ChatPart] = []) {
        for part in parts { append(part) }
    }

    /// The text, where nothing in it is unknown.
    var literal: String? {
        switch parts.first {
        case nil: ""
        case .literal(let text) where parts.count == 1: text
        default: nil
        }
    }

    mutating func append(_ part: ChatPart) {
        guard case .literal(let text) = part else {
            size += 1
            return parts.append(part)
        }
        if text.isEmpty { return }
        size += text.utf8.count
        if case .literal(let previous) = parts.last {
            parts[parts.count - 1] = .literal(previous + text)
        } else {
            parts.append(part)
        }
    }

    mutating func append(_ other: SymbolicText) {
        for part in other.parts { append(part) }
    }
}

/// Why a template is not one of the plain ones that can be understood here.
enum JinjaProblem: Error {
    case syntax
    /// A part of the language, or a use of an unknown text, that is not supported.
    case unsupported
    /// The template itself raised an exception.
    case raised
}
