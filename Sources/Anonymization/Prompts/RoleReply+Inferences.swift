extension RoleReply {
    /// What is answered where nothing can be inferred.
    static let nothing = "None"

    /// The inferences as `RolePrompt.infer` asks for them: four lines for each, an empty line between.
    public static func answer(_ inferences: [Inference]) -> String {
        if inferences.isEmpty { return nothing }
        return inferences.map { inference in
            """
            Attribute: \(inference.attribute.rawValue)
            Reasoning: \(inference.reasoning.split(whereSeparator: \.isNewline).joined(separator: " "))
            Guesses: \(inference.guesses.joined(separator: "; "))
            Certainty: \(inference.certainty)
            """
        }.joined(separator: "\n\n")
    }

    /// Reads an answer to `RolePrompt.infer`.
    ///
    /// Of several answers about one attribute the first holds.
    ///
    /// - Throws: `ReplyError` for an answer without inferences that does not say so, and for an inference whose attribute
    ///   is none of the eight, whose guesses are missing, or whose certainty is no number from 1 to 5.
    public static func inferences(in reply: String) throws(ReplyError) -> [Inference] {
        let content = content(of: reply)
        if cleanedGuess(content).lowercased() == nothing.lowercased() { return [] }
        var inferences: [Inference] = []
        for fields in InferenceFields.all(in: content) {
            let inference = try fields.inference()
            if !inferences.contains(where: { $0.attribute == inference.attribute }) { inferences.append(inference) }
        }
        guard !inferences.isEmpty else {
            throw ReplyError(
                "expected lines that begin with Attribute, Reasoning, Guesses and Certainty, or the word None")
        }
        return inferences
    }
}

/// The lines about one attribute.
private struct InferenceFields {
    enum Name: String, CaseIterable {
        case attribute, reasoning, guesses, certainty
    }

    var values: [Name: String] = [:]

    /// One for each line that names an attribute, in order.
    static func all(in content: String) -> [InferenceFields] {
        var all: [InferenceFields] = []
        var last: Name?
        for line in content.split(whereSeparator: \.isNewline) {
            if let (name, value) = field(line) {
                if name == .attribute { all.append(InferenceFields()) }
                last = all.isEmpty ? nil : name
                if !all.isEmpty { all[all.count - 1].values[name] = value }
            } else if last == .reasoning {
                // Reasoning may take several lines.
                all[all.count - 1].values[.reasoning]? += " " + String(line).trimming(while: \.isWhitespace)
            }
        }
        return all
    }

    private static func field(_ line: Substring) -> (Name, String)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let label = String(line[..<colon]).trimming { !$0.isLetter }.lowercased()
        let name = label == "guess" ? .guesses : Name(rawValue: label)
        guard let name else { return nil }
        return (name, String(line[line.index(after: colon)...]).trimming { $0.isWhitespace || $0 == "*" })
    }

    func inference() throws(ReplyError) -> Inference {
        let named = values[.attribute] ?? ""
        guard let attribute = Attribute(named: named) else {
            let names = Attribute.allCases.map(\.rawValue).joined(separator: ", ")
            throw ReplyError("Attribute: expected one of \(names), found \"\(named)\"")
        }
        let guesses = (values[.guesses] ?? "").split(separator: ";").map { RoleReply.cleanedGuess(String($0)) }
            .filter { !$0.isEmpty }
        guard !guesses.isEmpty else {
            throw ReplyError("Guesses of \(attribute.rawValue): expected up to three values, found none")
        }
        guard let certainty = RoleReply.certainty(values[.certainty] ?? "") else {
            throw ReplyError(
                "Certainty of \(attribute.rawValue): expected a number from 1 to 5, found \"\(values[.certainty] ?? "")\""
            )
        }
        return Inference(
            attribute, reasoning: values[.reasoning] ?? "", guesses: Array(guesses.prefix(Inference.mostGuesses)),
            certainty: certainty)
    }
}
