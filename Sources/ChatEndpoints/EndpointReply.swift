/// What an endpoint has answered.
public struct EndpointReply: Sendable, Equatable, Codable {
    /// Why a reply ends.
    public enum FinishReason: String, Sendable, Codable {
        /// The model was done.
        case stop
        /// The reply reached its greatest length and is cut off.
        case length
        /// A filter of the endpoint took text away.
        case contentFilter = "content_filter"
    }

    /// The text; empty where the model had none, or a filter or a limit left none.
    public var text: String
    /// Why it ends.
    public var finishReason: FinishReason
    /// Tokens of the prompt; nil where the endpoint does not say.
    public var promptTokens: Int?
    /// Tokens of the reply, those that are not shown included; nil where the endpoint does not say.
    public var completionTokens: Int?

    public init(
        text: String, finishReason: FinishReason = .stop, promptTokens: Int? = nil, completionTokens: Int? = nil
    ) {
        self.text = text
        self.finishReason = finishReason
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
    }

    enum CodingKeys: String, CodingKey {
        case text
        case finishReason = "finish_reason"
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
    }
}
