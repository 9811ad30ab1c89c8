/// Where an OpenAI-compatible chat-completions endpoint is, and how hard it may be driven.
public struct EndpointConfiguration: Sendable, Equatable {
    /// A setting that some endpoints refuse.
    public enum Parameter: String, Sendable, CaseIterable {
        case temperature
        case topP = "top_p"
        case seed
    }

    /// What the endpoint calls the most tokens of a reply.
    public enum LengthParameter: String, Sendable, CaseIterable {
        case maxTokens = "max_tokens"
        /// Its newer name, the only one that some models take.
        case maxCompletionTokens = "max_completion_tokens"
    }

    /// The address that `/chat/completions` is added to, such as `https://api.openai.com/v1`.
    public var baseURL: String
    /// The model's name, as the endpoint knows it.
    public var model: String
    /// The name of the environment variable that holds the key; nil where the endpoint wants none.
    public var keyVariable: String?

    /// Settings that are not sent, so that the endpoint's own defaults hold.
    public var omittedParameters: [Parameter] = []
    /// What the most tokens of a reply are called.
    public var lengthParameter = LengthParameter.maxTokens

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
