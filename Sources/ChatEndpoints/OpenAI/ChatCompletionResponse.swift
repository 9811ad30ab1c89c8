/// The body of an answer from `/chat/completions`: what is read of it.
struct ChatCompletionResponse: Decodable {
    struct Choice: Decodable {
        struct Message: Decodable {
            let content: MessageContent?
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

    enum CodingKeys: String, CodingKey {
        case choices, usage
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        choices = try container.decode([Choice].self, forKey: .choices)
        // A reply that was paid is not thrown away for counts of another form.
        usage = try? container.decodeIfPresent(Usage.self, forKey: .usage)
    }

    /// The reply; nil where there is no choice. One without text is a reply too: it was paid, and asking the same
    /// again would bring the same.
    var reply: EndpointReply? {
        guard let choice = choices.first else { return nil }
        let reason = choice.finishReason.flatMap(EndpointReply.FinishReason.init) ?? .stop
        let text = choice.message.content?.text ?? choice.message.refusal ?? ""
        return EndpointReply(
            text: text, finishReason: reason, promptTokens: usage?.promptTokens.map(Self.plausible),
            completionTokens: usage?.completionTokens.map(Self.plausible))
    }

    /// No count is negative, nor so large that counts cannot be added up.
    private static func plausible(_ count: Int) -> Int { min(max(0, count), 1 << 32) }
}
