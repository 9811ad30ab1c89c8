/// The body of an answer from `/chat/completions`: what is read of it.
struct ChatCompletionResponse: Decodable {
    struct Choice: Decodable {
        struct Message: Decodable {
            let content: String?
            let refusal: String?
        }

        let message: Message
        let finishReason: String?

        enum CodingKeys: String, CodingKey {
            case message
            case finishReason = "finish_reason"
        }
    }

    struct Usage: Decodable {
        let promptTokens: Int?
        let completionTokens: Int?

        enum CodingKeys: String, CodingKey {
            case promptTokens = "prompt_tokens"
            case completionTokens = "completion_tokens"
        }
    }

    let choices: [Choice]
    let usage: Usage?

    /// The reply; nil where there is no choice, or one without text for which nothing accounts.
    var reply: EndpointReply? {
        guard let choice = choices.first else { return nil }
        let reason = choice.finishReason.flatMap(EndpointReply.FinishReason.init) ?? .stop
        let text = choice.message.content ?? choice.message.refusal ?? ""
        guard !text.isEmpty || reason != .stop else { return nil }
        return EndpointReply(
            text: text, finishReason: reason, promptTokens: usage?.promptTokens.map { max(0, $0) },
            completionTokens: usage?.completionTokens.map { max(0, $0) })
    }
}
