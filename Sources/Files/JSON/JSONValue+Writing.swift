extension JSONValue {
    /// The value on one line: `{"a": 1, "b": [2, 3]}`.
    package var compactText: String {
        switch content {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let literal): literal
        case .string(let text): Self.literal(text)
        case .array(let values): "[" + values.map(\.compactText).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { "\(Self.literal($0.key)): \($0.value.compactText)" }.joined(separator: ", ") + "}"
        }
    }

    /// The value with one member a line, two blanks a level and lists of scalars on one line, ending in a newline.
    package var prettyText: String { indentedText("", listsOnOneLine: true) + "\n" }

    /// The value with one member or element a line and two blanks a level, as Python's `json.dump(…, indent=2)` lays it
    /// out, ending in a newline.
    package var expandedText: String { indentedText("", listsOnOneLine: false) + "\n" }

    private func indentedText(_ indentation: String, listsOnOneLine: Bool) -> String {
        let inner = indentation + "  "
        func text(_ value: JSONValue) -> String { value.indentedText(inner, listsOnOneLine: listsOnOneLine) }
        switch content {
        case .object(let members) where !members.isEmpty:
            let lines = members.map { "\(inner)\(Self.literal($0.key)): \(text($0.value))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indentation)}"
        case .array(let values)
        where !values.isEmpty && (!listsOnOneLine || values.contains { $0.array != nil || $0.members != nil }):
            return "[\n" + values.map { inner + text($0) }.joined(separator: ",\n") + "\n\(indentation)]"
        default: return compactText
        }
    }

    private static func literal(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{8}": result += "\\b"
            case "\u{C}": result += "\\f"
            case "\u{00}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
