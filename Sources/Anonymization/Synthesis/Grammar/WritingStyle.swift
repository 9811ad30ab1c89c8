/// How an author types.
enum WritingStyle: String, CaseIterable, Sendable {
    case careful, lowercase, hasty, cheerful, chatty

    /// The letters as the author types them; as many Unicode scalars as before but for apostrophes.
    func typed(_ text: String) -> String {
        switch self {
        case .careful, .cheerful, .chatty: text
        case .lowercase: Self.lowered(text)
        case .hasty: Self.lowered(text).filter { $0 != "'" }
        }
    }

    /// Words before some of the sentences.
    var fillers: [String] {
        switch self {
        case .careful: []
        case .lowercase: ["tbh ", "imo ", "ngl "]
        case .hasty: ["idk ", "tbh ", "lol "]
        case .cheerful: ["Honestly, "]
        case .chatty: ["Well, ", "You know, ", "I mean, ", "So, "]
        }
    }

    /// Behind the last sentence.
    var endings: [String] {
        switch self {
        case .careful: [""]
        case .lowercase: ["", " lol", " haha"]
        case .hasty: ["", " 😅", " smh"]
        case .cheerful: ["", " 😊", " 🙌", " 😂"]
        case .chatty: ["", " 😄", " Haha."]
        }
    }

    /// Letters whose small form takes more than one scalar, such as İ, stay.
    private static func lowered(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let lower = scalar.properties.lowercaseMapping.unicodeScalars
                    return lower.count == 1 ? lower.first ?? scalar : scalar
                }))
    }
}
