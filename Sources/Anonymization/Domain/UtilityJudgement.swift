/// How useful a judge found an adapted text beside its original.
public struct UtilityJudgement: Sendable, Equatable {
    /// A score and why it was given.
    public struct Part: Sendable, Equatable {
        public var score: Int
        /// Empty where the judge gave none.
        public var explanation: String

        public init(score: Int, explanation: String = "") {
            self.score = score
            self.explanation = explanation
        }
    }

    /// From 1, not readable at all, to 10.
    public var readability: Part
    /// How much of what the original says is still there, from 1 to 10.
    public var meaning: Part
    /// 1 where nothing was invented, 0 where something was.
    public var hallucination: Part

    public init(readability: Part, meaning: Part, hallucination: Part) {
        self.readability = readability
        self.meaning = meaning
        self.hallucination = hallucination
    }

    /// The judgement of a text beside itself.
    public static let original = UtilityJudgement(
        readability: Part(score: 10), meaning: Part(score: 10), hallucination: Part(score: 1))

    /// u(s), the mean of readability/10, meaning/10 and hallucination, from 0 to 1 (SEAL, section 3).
    public var utility: Double {
        // One division: whole numbers below it, so that equal judgements compare equal.
        Double(points) / Double(Self.mostPoints)
    }

    /// Whether u is at least that of another judgement, or below it by no more than `slack`.
    public func isAtLeastAsUseful(as other: UtilityJudgement, slack: Double = 0) -> Bool {
        // Whole points, with room for the rounding of a slack such as 0.1.
        Double(other.points - points) <= slack * Double(Self.mostPoints) + 1e-9
    }

    private static let mostPoints = 30
    private var points: Int { readability.score + meaning.score + 10 * hallucination.score }
}
