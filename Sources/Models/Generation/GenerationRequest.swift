/// A text to be continued, and how.
public struct GenerationRequest: Sendable {
    /// At least one token.
    public var prompt: [Int32]
    /// The most tokens to generate.
    public var maximum: Int
    /// How tokens are chosen. Draws depend on its key and a token's place alone, so requests that are to differ need keys
    /// of their own.
    public var sampler: Sampler
    /// How many tokens at the beginning of the prompt are computed once for all requests that begin with the same;
    /// fewer than the prompt has. It changes the order of sums in attention, and with it the last bits, in the same way
    /// whether or not another request shares them.
    public var sharedCount: Int

    public init(prompt: [Int32], maximum: Int, sampler: Sampler = Sampler(), sharedCount: Int = 0) {
        self.prompt = prompt
        self.maximum = maximum
        self.sampler = sampler
        self.sharedCount = sharedCount
    }
}
