/// A Jinja template that can be run on conversations whose contents are unknown.
///
/// It sees what Hugging Face gives a chat template that has no tools: `messages` with `role` and `content`,
/// `add_generation_prompt`, `bos_token`, `eos_token`, and `tools` and `documents`, which are none. `strftime_now` is
/// not defined, so that no text depends on the day.
struct JinjaTemplate {
    private let statements: [JinjaStatement]

    init(_ template: String) throws {
        statements = try JinjaParser.statements(of: template)
    }

    /// What the template writes for messages with these roles.
    func render(roles: [String], addingGenerationPrompt: Bool) throws -> SymbolicText {
        let messages = roles.enumerated().map { index, role in
            JinjaValue.dictionary(["role": .text(role), "content": .string(SymbolicText([.content(index)]))])
        }
        var run = JinjaRun(variables: [
            "messages": .list(messages), "add_generation_prompt": .bool(addingGenerationPrompt),
            "bos_token": .string(SymbolicText([.beginToken])), "eos_token": .string(SymbolicText([.endToken])),
            "tools": .none, "documents": .none,
        ])
        try run.execute(statements)
        return run.output
    }
}

/// One run of a template.
private struct JinjaRun {
    /// The variables by scope, the innermost last: a loop's body has its own for each turn.
    private var scopes: [[String: JinjaValue]]
    private(set) var output = SymbolicText()
    private var stepCount = 0

    /// Bounds that no chat template comes near, for templates that would run or grow without end.
    private static let mostSteps = 10_000
    private static let largestText = 1 << 20

    init(variables: [String: JinjaValue]) { scopes = [variables] }

    mutating func execute(_ statements: [JinjaStatement]) throws {
        for statement in statements {
            stepCount += 1
            guard stepCount <= Self.mostSteps, output.size <= Self.largestText else { throw JinjaProblem.unsupported }
            switch statement {
            case .text(let text): output.append(.literal(text))
            case .output(let expression): output.append(try text(evaluate(expression)))
            case .assignment(let name, let expression):
                scopes[scopes.count - 1][name] = try evaluate(expression)
            case .branches(let branches, let otherwise):
                let taken = try branches.first { try isTrue(evaluate($0.condition)) }
                try execute(taken?.body ?? otherwise)
            case .loop(let names, let sequence, let body):
                try execute(body, for: names, in: evaluate(sequence))
            }
        }
    }

    private mutating func execute(_ body: [JinjaStatement], for names: [String], in sequence: JinjaValue) throws {
        guard case .list(let elements) = sequence, names.count == 1 else { throw JinjaProblem.unsupported }
        for (index, element) in elements.enumerated() {
            scopes.append([
                names[0]: element,
                "loop": .dictionary([
                    "index": .integer(index + 1), "index0": .integer(index), "first": .bool(index == 0),
                    "last": .bool(index == elements.count - 1), "length": .integer(elements.count),
                    "revindex": .integer(elements.count - index), "revindex0": .integer(elements.count - index - 1),
                ]),
            ])
            try execute(body)
            scopes.removeLast()
        }
    }

    // MARK: - Expressions

    private func evaluate(_ expression: JinjaExpression) throws -> JinjaValue {
        switch expression {
        case .value(let value): return value
        case .variable(let name): return scopes.last { $0[name] != nil }?[name] ?? .undefined
        case .list(let elements): return .list(try elements.map(evaluate))
        case .item(let container, let key): return try item(evaluate(container), evaluate(key))
        case .slice(let container, let from, let to):
            guard case .list(let elements) = try evaluate(container) else { throw JinjaProblem.unsupported }
            let start = try from.map { try bound(evaluate($0), elements.count) } ?? 0
            let end = try to.map { try bound(evaluate($0), elements.count) } ?? elements.count
            return .list(Array(elements[start..<max(start, end)]))
        case .call(.variable("raise_exception"), _): throw JinjaProblem.raised
        case .call: throw JinjaProblem.unsupported
        case .filter(let operand, let name, let arguments):
            return try filter(evaluate(operand), name, arguments.map(evaluate))
        case .test(let operand, let name): return .bool(try test(evaluate(operand), name))
        case .not(let operand): return .bool(!(try isTrue(evaluate(operand))))
        case .binary("and", let left, let right):
            let value = try evaluate(left)
            return try isTrue(value) ? evaluate(right) : value
        case .binary("or", let left, let right):
            let value = try evaluate(left)
            return try isTrue(value) ? value : evaluate(right)
        case .binary(let sign, let left, let right): return try combine(sign, evaluate(left), evaluate(right))
        case .conditional(let value, let condition, let otherwise):
            if try isTrue(evaluate(condition)) { return try evaluate(value) }
            return try otherwise.map(evaluate) ?? .undefined
        }
    }

    private func item(_ container: JinjaValue, _ key: JinjaValue) throws -> JinjaValue {
        switch (container, key) {
        case (.dictionary(let members), .string(let name)):
            guard let name = name.literal else { throw JinjaProblem.unsupported }
            return members[name] ?? .undefined
        case (.list(let elements), .integer(let index)):
            let position = index < 0 ? index + elements.count : index
            return elements.indices.contains(position) ? elements[position] : .undefined
        default: throw JinjaProblem.unsupported
        }
    }

    private func bound(_ value: JinjaValue, _ count: Int) throws -> Int {
        guard case .integer(let index) = value else { throw JinjaProblem.unsupported }
        return min(max(index < 0 ? index + count : index, 0), count)
    }

    private func filter(_ value: JinjaValue, _ name: String, _ arguments: [JinjaValue]) throws -> JinjaValue {
        switch (name, value) {
        case ("trim", .string(let text)) where arguments.isEmpty:
            if let literal = text.literal { return .text(trimmingWhiteSpace(literal)) }
            guard text.parts.count == 1 else { throw JinjaProblem.unsupported }
            switch text.parts[0] {
            case .content(let index), .trimmedContent(let index):
                return .string(SymbolicText([.trimmedContent(index)]))
            default: throw JinjaProblem.unsupported
            }
        case ("length", .list(let elements)), ("count", .list(let elements)): return .integer(elements.count)
        default: throw JinjaProblem.unsupported
        }
    }

    private func test(_ value: JinjaValue, _ name: String) throws -> Bool {
        switch name {
        case "defined": return value != .undefined
        case "undefined": return value == .undefined
        case "none": return value == .none
        case "true": return value == .bool(true)
        case "false": return value == .bool(false)
        case "string": if case .string = value { return true }
        case "mapping": if case .dictionary = value { return true }
        default: throw JinjaProblem.unsupported
        }
        return false
    }

    private func combine(_ sign: String, _ left: JinjaValue, _ right: JinjaValue) throws -> JinjaValue {
        switch (sign, left, right) {
        case ("+", .string(var text), .string(let more)), ("~", .string(var text), .string(let more)):
            guard text.size + more.size <= Self.largestText else { throw JinjaProblem.unsupported }
            text.append(more)
            return .string(text)
        case (_, .integer(let left), .integer(let right)): return try combine(sign, left, right)
        case ("==", _, _): return .bool(try areEqual(left, right))
        case ("!=", _, _): return .bool(!(try areEqual(left, right)))
        case ("in", .string(let name), .dictionary(let members)):
            guard let name = name.literal else { throw JinjaProblem.unsupported }
            return .bool(members[name] != nil)
        case ("in", _, .list(let elements)): return .bool(try elements.contains { try areEqual(left, $0) })
        default: throw JinjaProblem.unsupported
        }
    }

    private func combine(_ sign: String, _ left: Int, _ right: Int) throws -> JinjaValue {
        switch sign {
        case "+": return .integer(left &+ right)
        case "-": return .integer(left &- right)
        case "%" where left >= 0 && right > 0: return .integer(left % right)
        case "==": return .bool(left == right)
        case "!=": return .bool(left != right)
        case "<": return .bool(left < right)
        case ">": return .bool(left > right)
        case "<=": return .bool(left <= right)
        case ">=": return .bool(left >= right)
        default: throw JinjaProblem.unsupported
        }
    }

    /// Texts can be compared only where both are known, and lists and dictionaries not at all.
    private func areEqual(_ left: JinjaValue, _ right: JinjaValue) throws -> Bool {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            guard let left = left.literal, let right = right.literal else { throw JinjaProblem.unsupported }
            return left == right
        case (.list, _), (_, .list), (.dictionary, _), (_, .dictionary): throw JinjaProblem.unsupported
        default: return left == right
        }
    }

    private func isTrue(_ value: JinjaValue) throws -> Bool {
        switch value {
        case .undefined, .none: return false
        case .bool(let value): return value
        case .integer(let value): return value != 0
        case .list(let elements): return !elements.isEmpty
        case .dictionary(let members): return !members.isEmpty
        case .string(let text):
            guard let literal = text.literal else { throw JinjaProblem.unsupported }
            return !literal.isEmpty
        }
    }

    private func text(_ value: JinjaValue) throws -> SymbolicText {
        switch value {
        case .string(let text): return text
        case .undefined: return SymbolicText()
        default: throw JinjaProblem.unsupported
        }
    }
}
