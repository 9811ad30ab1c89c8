/// How the tokens of a reply are chosen.
public struct SamplingSettings: Sendable, Equatable {
    /// Divides the logits; 0 always takes the most probable token.
    public var temperature: Double
    /// Draw from the fewest most probable tokens that together reach this probability.
    public var topP: Double
    /// The most tokens of the reply.
    public var maxTokens: Int
    /// What draws depend on, where the endpoint heeds it. Equal conversations with other seeds are other requests.
    public var seed: UInt64

    public init(temperature: Double = 0, topP: Double = 1, maxTokens: Int = 1024, seed: UInt64 = 0) {
        self.temperature = temperature
        self.topP = topP
        self.maxTokens = maxTokens
        self.seed = seed
    }
}
