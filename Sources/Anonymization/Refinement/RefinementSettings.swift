/// How texts are refined.
public struct RefinementSettings: Sendable, Equatable {
    /// The most times that a text is rewritten.
    public var rounds: Int
    /// What must not be inferred any more. Inferences about other attributes neither count nor reach the anonymizer.
    public var protected: Set<Attribute>
    /// The least certainty, from 1 to 5, with which an inference counts.
    public var certainty: Int
    /// Of all three roles.
    public var answers: AnswerSettings
    /// The utility, from 0 to 1, below which a text needs a human's eye.
    public var utilityFloor: Double

    /// A text that has become shorter or longer than this, measured in characters against the original, needs a human's
    /// eye.
    public static let lengthRatios = 0.5...2.0

    public init(
        rounds: Int = 3, protected: Set<Attribute> = Set(Attribute.allCases), certainty: Int = 3,
        answers: AnswerSettings, utilityFloor: Double = 0.7
    ) {
        self.rounds = rounds
        self.protected = protected
        self.certainty = certainty
        self.answers = answers
        self.utilityFloor = utilityFloor
    }

    /// The same with the settings of the answers one by one.
    public init(
        rounds: Int = 3, protected: Set<Attribute> = Set(Attribute.allCases), certainty: Int = 3,
        temperature: Double = 0, topP: Double = 1, maxTokens: Int = 1024, retries: Int = 2, seed: UInt64 = 0,
        utilityFloor: Double = 0.7
    ) {
        self.init(
            rounds: rounds, protected: protected, certainty: certainty,
            answers: AnswerSettings(
                temperature: temperature, topP: topP, maxTokens: maxTokens, retries: retries, seed: seed),
            utilityFloor: utilityFloor)
    }

    /// The inferences that count.
    func counted(_ inferences: [Inference]) -> [Inference] {
        inferences.filter { $0.certainty >= certainty && protected.contains($0.attribute) }
    }
}

extension RefinementSettings {
    /// All settings by name, and the digest of the models that they are for, as a file of refined texts keeps them.
    public func named(digest: String) -> [(name: String, value: String)] {
        [
            ("model", digest), ("protect", protected.sorted().map(\.rawValue).joined(separator: ",")),
            ("rounds", "\(rounds)"), ("certainty", "\(certainty)"),
        ] + answers.named + [("utility_floor", "\(utilityFloor)")]
    }
}
