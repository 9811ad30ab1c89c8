import Tokenizers
import Training

/// Rows that teach to mask and to rewrite on request.
enum MaskingRows {
    /// What is masked in made-up texts.
    static let types = [
        "ACCOUNT_NUMBER", "AGE", "CREDIT_CARD", "DATE_TIME", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "LOCATION",
        "ORGANIZATION", "PERSON", "PHONE_NUMBER", "STREET_ADDRESS", "URL",
    ]

    /// A text, and the text with masks over its spans, in the words of `RolePrompt.mask`.
    static func masking(_ text: SourceText, types: [String]) -> DatasetRow {
        .messages(
            RolePrompt.mask(text.text, types: types) + [
                .answer(RoleReply.answer(MaskedText.mask(text.text, text.spans ?? [])))
            ])
    }

    /// The same as somebody would ask for it.
    static func instruction(_ text: SourceText, number: Int) -> DatasetRow {
        let request = maskingRequests[number % maskingRequests.count]
        return pair("\(request)\n\n\(text.text)", MaskedText.mask(text.text, text.spans ?? []))
    }

    /// A request to hide some attributes of the author, and the text without them.
    static func rewriting(
        _ text: String, hiding attributes: [Attribute], rewritten: String, number: Int
    ) -> DatasetRow {
        let hidden = attributes.map(secret).joined(separator: " or ")
        let request = rewritingRequests[number % rewritingRequests.count].replacing("…", with: hidden)
        return pair("\(request)\n\n\(text)", rewritten)
    }

    private static func pair(_ request: String, _ answer: String) -> DatasetRow {
        .messages([ChatMessage(role: "user", content: request), .answer(answer)])
    }

    private static let maskingRequests = [
        "Put placeholders such as <PERSON> in the place of all personal data in this text:",
        "Mask names, numbers, addresses and dates here with <TYPE> and change nothing else:",
        "I want to forward this without personal details. Replace each of them by its kind, like <EMAIL_ADDRESS>:",
        "Anonymize by masking. Keep every other word:",
    ]

    private static let rewritingRequests = [
        "Rewrite this so that nobody can tell …, and leave the rest as it is:",
        "I'd like to post this without giving away …. Change as little as you can:",
        "Nobody should be able to guess … from this text. Please adapt it, without placeholders:",
        "Say it in more general words where it reveals …:",
    ]

    private static func secret(_ attribute: Attribute) -> String {
        switch attribute {
        case .age: "how old I am"
        case .education: "what schooling I had"
        case .gender: "whether I'm a man or a woman"
        case .income: "how much money I have"
        case .location: "where I live"
        case .relationship: "whether I'm with somebody"
        case .occupation: "what I do for a living"
        case .birthplace: "where I was born"
        }
    }
}
