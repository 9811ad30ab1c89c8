extension JSONValue {
    /// The value on one line: `{"a": 1, "b": [2, 3]}`.
    package var compactText: String {
        switch content {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let literal): literal
        case .string(let text): Self.quoted(text)
        case .array(let values): "[" + values.map(\.compactText).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.key)): \($0.value.compactText)" }.joined(separator: ", ") + "}"
        }
    }

    /// The value with one member a line, two blanks a level and lists of scalars on one line, ending in a newline.
    package var prettyText: String { prettyText(indentation: "") + "\n" }

    private func prettyText(indentation: String) -> String {
        let inner = indentation + "  "
        switch content {
        case .object(let members) where !members.isEmpty:
            let lines = members.map {
                "\(inner)\(Self.quoted($0.key)): \($0.value.prettyText(indentation: inner))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indentation)}"
        case .array(let values) where values.contains { $0.array != nil || $0.members != nil }:
            let lines = values.map { inner + $0.prettyText(indentation: inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indentation)]"
        default: return compactText
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{00}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
