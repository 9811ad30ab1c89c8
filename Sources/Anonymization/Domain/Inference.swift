/// What an adversary inferred about one attribute of a text's author.
public struct Inference: Sendable, Equatable {
    /// The most guesses that count.
    public static let mostGuesses = 3

    public var attribute: Attribute
    /// What in the text points to the guesses, and why.
    public var reasoning: String
    /// One to three values, the likeliest first.
    public var guesses: [String]
    /// From 1, a blind guess, to 5, stated in the text.
    public var certainty: Int

    public init(_ attribute: Attribute, reasoning: String, guesses: [String], certainty: Int) {
        self.attribute = attribute
        self.reasoning = reasoning
        self.guesses = guesses
        self.certainty = certainty
    }
}
