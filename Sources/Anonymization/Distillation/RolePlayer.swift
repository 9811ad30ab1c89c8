import Tokenizers

/// A model in one of the roles, asked until its answer can be read.
public struct RolePlayer: Sendable {
    private let model: any ChatModel
    private let request: ChatRequest
    private let parseRetries: Int

    /// - Parameters:
    ///   - model: who answers.
    ///   - request: how answers are drawn; its messages are not used.
    ///   - parseRetries: how many times it is asked again for an answer that can be read.
    public init(_ model: any ChatModel, request: ChatRequest, parseRetries: Int) {
        self.model = model
        self.request = request
        self.parseRetries = parseRetries
    }

    /// Asks, and asks again with the last answer and what is wrong with it.
    ///
    /// - Parameters:
    ///   - messages: the conversation.
    ///   - read: reads an answer.
    /// - Throws: `ReplyError` where no answer could be read, or the model will not answer this conversation; what the
    ///   model throws otherwise.
    func ask<Value>(
        _ messages: [ChatMessage], _ read: (String) throws(ReplyError) -> Value
    ) async throws -> Value {
        var request = request
        request.messages = messages
        var retry = 0
        while true {
            let reply: ChatReply
            do {
                reply = try await model.reply(to: request)
            } catch let refusal as ChatRefusal {
                throw ReplyError(refusal.description)
            }
            do {
                guard reply.isComplete else {
                    throw ReplyError(
                        "expected an answer of at most \(request.maxTokens) tokens, found one that is cut off")
                }
                return try read(reply.text)
            } catch let error as ReplyError {
                guard retry < parseRetries else { throw error }
                request.messages = messages + Self.feedback(on: reply.text, error)
                request.seed &+= 1
                retry += 1
            }
        }
    }

    private static func feedback(on answer: String, _ error: ReplyError) -> [ChatMessage] {
        let answer = answer.isEmpty ? "(no answer)" : answer
        return [
            ChatMessage(role: "assistant", content: answer),
            ChatMessage(
                role: "user",
                content:
                    "Your answer cannot be read: \(error). Answer once more, in exactly the form that was asked for."),
        ]
    }
}
