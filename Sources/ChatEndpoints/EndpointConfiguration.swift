/// Where an OpenAI-compatible chat-completions endpoint is, how it is asked, and how hard it may be driven.
///
/// Settings that are nil are not sent, so that the endpoint's own defaults hold.
public struct EndpointConfiguration: Sendable, Equatable {
    /// The address that `/chat/completions` is added to, such as `https://api.openai.com/v1`.
    public var baseURL: String
    /// The model's name, as the endpoint knows it.
    public var model: String
    /// The name of the environment variable that holds the key; nil where the endpoint wants none.
    public var keyVariable: String?

    /// Divides the logits; 0 always takes the most probable token.
    public var temperature: Double?
    /// Draw from the fewest most probable tokens that together reach this probability.
    public var topP: Double?
    /// The most tokens of a reply (`max_tokens`).
    public var maxTokens: Int?
    /// The same under its newer name (`max_completion_tokens`), the only one that some models take.
    public var maxCompletionTokens: Int?
    /// What draws depend on, where the endpoint heeds it.
    public var seed: Int?

    /// Seconds that one request may take.
    public var timeout = 120.0
    /// How many times a request is sent again after a failure that may pass.
    public var maxRetries = 8
    /// The most requests under way at once.
    public var maxConcurrentRequests = 8
    /// The most requests begun a minute; nil: any number.
    public var requestsPerMinute: Double?
    /// The most tokens, of prompts and replies, a minute; nil: any number.
    public var tokensPerMinute: Double?

    /// What a million prompt tokens cost, in any currency; nil: unknown.
    public var promptTokenPrice: Double?
    /// What a million completion tokens cost, in the same currency; nil: unknown.
    public var completionTokenPrice: Double?

    /// - Parameters:
    ///   - baseURL: the address that `/chat/completions` is added to.
    ///   - model: the model's name, as the endpoint knows it.
    public init(baseURL: String, model: String) {
        self.baseURL = baseURL
        self.model = model
    }
}
