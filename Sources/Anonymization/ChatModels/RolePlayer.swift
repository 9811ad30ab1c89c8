import Tokenizers

/// A model in one of the roles, asked until its answer can be read.
public struct RolePlayer: Sendable {
    /// How a model is asked again.
    public enum Retry: Sendable {
        /// With its last answer and what is wrong with it, and with the next seed: for models that follow instructions.
        case explaining
        /// For the same, at this temperature or above and with the seed of the attempt, from 1 on: for models that have
        /// learned their roles and little else.
        case drawingAgain(temperature: Double, seed: @Sendable (Int) -> UInt64)
    }

    private let model: any ChatModel
    private let request: ChatRequest
    private let parseRetries: Int
    private let retry: Retry

    /// - Parameters:
    ///   - model: who answers.
    ///   - request: how answers are drawn; its messages are not used.
    ///   - parseRetries: how many times it is asked again for an answer that can be read.
    ///   - retry: how.
    public init(_ model: any ChatModel, request: ChatRequest, parseRetries: Int, retry: Retry = .explaining) {
        self.model = model
        self.request = request
        self.parseRetries = parseRetries
        self.retry = retry
    }

    /// Asks until an answer can be read.
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
        var attempt = 0
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
                guard attempt < parseRetries else { throw error }
                attempt += 1
                request = self.request(messages, attempt: attempt, behind: reply.text, error)
            }
        }
    }

    private func request(
        _ messages: [ChatMessage], attempt: Int, behind answer: String, _ error: ReplyError
    ) -> ChatRequest {
        var request = request
        switch retry {
        case .explaining:
            request.messages = messages + Self.feedback(on: answer, error)
            request.seed &+= UInt64(attempt)
        case .drawingAgain(let temperature, let seed):
            request.messages = messages
            request.temperature = max(request.temperature, temperature)
            request.seed = seed(attempt)
        }
        return request
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
