import Tokenizers

/// The conversations that put a model into one of its roles, up to where its answer begins.
public enum RolePrompt {
    /// Asks for the attributes of the author that the text gives away; `RoleReply.inferences(in:)` reads the answer.
    public static func infer(_ text: String) -> [ChatMessage] {
        conversation(RoleInstruction.infer, "Text:\n\(text)")
    }

    /// Asks for the text without what the inferences rest on; `RoleReply.text(in:)` reads the answer.
    ///
    /// - Parameters:
    ///   - inferences: what an adversary inferred from the text.
    ///   - judgement: how useful the text still is beside the original; nil for the original.
    ///   - attributes: what must not be inferred any more. At least one.
    public static func anonymize(
        _ text: String, inferences: [Inference], judgement: UtilityJudgement? = nil,
        protecting attributes: Set<Attribute> = Set(Attribute.allCases)
    ) -> [ChatMessage] {
        var question = "Text:\n\(text)\n\nWhat the adversary infers from it:\n" + RoleReply.answer(inferences)
        if let judgement {
            question += "\n\nHow a judge found it beside the original:\n" + RoleReply.answer(judgement)
        }
        return conversation(RoleInstruction.anonymize(protecting: attributes.sorted()), question)
    }

    /// Asks how useful an adapted text still is; `RoleReply.judgement(in:)` reads the answer.
    public static func judge(original: String, adapted: String) -> [ChatMessage] {
        conversation(RoleInstruction.judge, "Original:\n\(original)\n\nAdapted:\n\(adapted)")
    }

    /// Asks whether a guess means the true value; `RoleReply.comparison(in:)` reads the answer.
    public static func compare(_ attribute: Attribute, truth: String, guess: String) -> [ChatMessage] {
        conversation(
            RoleInstruction.compare, "Attribute: \(attribute.rawValue)\nTrue value: \(truth)\nGuess: \(guess)")
    }

    /// Asks for the text with masks in the place of personal data; `RoleReply.text(in:)` reads the answer.
    ///
    /// - Parameter types: the kinds of personal data, as masks name them.
    public static func mask(_ text: String, types: [String]) -> [ChatMessage] {
        conversation(RoleInstruction.mask(types), "Text:\n\(text)")
    }

    private static func conversation(_ instruction: String, _ question: String) -> [ChatMessage] {
        [ChatMessage(role: "system", content: instruction), ChatMessage(role: "user", content: question)]
    }
}
