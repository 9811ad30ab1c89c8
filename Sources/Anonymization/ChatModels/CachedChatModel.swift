import ChatEndpoints
import Files
import Tokenizers

/// A model whose replies are kept, so that a run that goes on after its end asks for none of them again.
///
/// An endpoint's client keeps its replies by itself; this is for models that compute.
public struct CachedChatModel: ChatModel {
    private let model: any ChatModel
    private let identity: String
    private let cache: ReplyCache

    /// - Parameters:
    ///   - identity: the digest of everything about the model that its replies depend on.
    ///   - cache: the replies that are there already, and where new ones go.
    public init(_ model: any ChatModel, identity: String, cache: ReplyCache) {
        self.model = model
        self.identity = identity
        self.cache = cache
    }

    public var name: String { model.name }

    public func reply(to request: ChatRequest) async throws -> ChatReply {
        do {
            let (reply, _) = try await cache.reply(to: digest(of: request)) { [model] in
                do {
                    return EndpointReply(try await model.reply(to: request))
                } catch let refusal as ChatRefusal {
                    throw RequestRefusal(reason: refusal.description)
                }
            }
            return ChatReply(reply)
        } catch let refusal as RequestRefusal {
            throw ChatRefusal(refusal.reason)
        }
    }

    private func digest(of request: ChatRequest) -> String {
        let stream = DigestStream()
        stream.update(identity)
        for value in [request.temperature, request.topP] { stream.update(value.bitPattern) }
        stream.update(UInt64(request.maxTokens))
        stream.update(request.seed)
        for message in request.messages {
            stream.update(message.role)
            stream.update(message.content)
        }
        return stream.hex()
    }
}

extension EndpointReply {
    fileprivate init(_ reply: ChatReply) {
        self.init(
            text: reply.text, finishReason: reply.isComplete ? .stop : .length, promptTokens: reply.promptTokens,
            completionTokens: reply.completionTokens)
    }
}
