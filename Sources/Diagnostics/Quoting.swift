/// Text from outside as an error may print it: in single quotes, on one line, cut where it is long.
package func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(100).map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: "?"
        default: String(scalar)
        }
    }.joined()
    return "'\(shown)\(text.unicodeScalars.count > 100 ? "…" : "")'"
}
