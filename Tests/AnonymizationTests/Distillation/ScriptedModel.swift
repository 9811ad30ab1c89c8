import Anonymization
import Synchronization

/// A model that answers what a test says, and remembers what it was asked.
final class ScriptedModel: ChatModel {
    let name = "scripted"
    private let answer: @Sendable (ChatRequest, Int) throws -> ChatReply
    private let asked = Mutex<[ChatRequest]>([])

    /// - Parameter answer: is handed a request and how many came before it.
    init(_ answer: @escaping @Sendable (ChatRequest, Int) throws -> ChatReply) {
        self.answer = answer
    }

    /// Answers one text after the other, and the last one again and again.
    convenience init(_ answers: String...) {
        self.init { _, index in ChatReply(answers[min(index, answers.count - 1)]) }
    }

    /// What it was asked, in order.
    var requests: [ChatRequest] { asked.withLock { $0 } }

    func reply(to request: ChatRequest) async throws -> ChatReply {
        let index = asked.withLock { asked in
            asked.append(request)
            return asked.count - 1
        }
        return try answer(request, index)
    }
}

extension ChatReply {
    init(_ text: String, isComplete: Bool = true) {
        self.init(text: text, isComplete: isComplete, promptTokens: 1, completionTokens: 1)
    }
}
