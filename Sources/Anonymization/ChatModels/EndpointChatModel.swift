import ChatEndpoints

/// A model behind an OpenAI-compatible endpoint.
public struct EndpointChatModel: ChatModel {
    private let endpoint: ChatEndpoint

    public init(_ endpoint: ChatEndpoint) {
        self.endpoint = endpoint
    }

    public var name: String { endpoint.name }

    /// - Throws: `ChatRefusal` where the endpoint will not answer this conversation; otherwise as `ChatEndpoint.reply`
    ///   does.
    public func reply(to request: ChatRequest) async throws -> ChatReply {
        let sampling = SamplingSettings(
            temperature: request.temperature, topP: request.topP, maxTokens: request.maxTokens, seed: request.seed)
        let reply: EndpointReply
        do {
            reply = try await endpoint.reply(to: request.messages, sampling: sampling)
        } catch let refusal as RequestRefusal {
            throw ChatRefusal("expected an answer, found \(refusal.reason)")
        }
        guard reply.finishReason != .contentFilter else {
            throw ChatRefusal("expected an answer, found one that the endpoint's filter has stopped")
        }
        return ChatReply(reply)
    }
}

extension ChatReply {
    init(_ reply: EndpointReply) {
        self.init(
            text: reply.text, isComplete: reply.finishReason == .stop, promptTokens: reply.promptTokens ?? 0,
            completionTokens: reply.completionTokens ?? 0)
    }
}
