/// A text to be continued, and how.
public struct GenerationRequest: Sendable {
    /// At least one token.
    public var prompt: [Int32]
    /// The most tokens to generate.
    public var maximum: Int
    /// How tokens are chosen. Draws depend on its key and a token's place alone, so requests that are to differ need keys
    /// of their own.
    public var sampler: Sampler

    public init(prompt: [Int32], maximum: Int, sampler: Sampler = Sampler()) {
        self.prompt = prompt
        self.maximum = maximum
        self.sampler = sampler
    }
}
