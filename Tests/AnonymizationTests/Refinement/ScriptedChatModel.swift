import Anonymization
import Synchronization
import Tokenizers

/// Answers as a closure says, and keeps what it was asked.
final class ScriptedChatModel: ChatModel {
    let name = "script"
    private let script: @Sendable (Role, ChatRequest) async throws -> String
    private let kept = Mutex<[ChatRequest]>([])

    init(_ script: @escaping @Sendable (Role, ChatRequest) async throws -> String) {
        self.script = script
    }

    /// In the order in which they came.
    var requests: [ChatRequest] { kept.withLock { $0 } }

    func requests(_ role: Role) -> [ChatRequest] { requests.filter { Self.role(of: $0) == role } }

    func reply(to request: ChatRequest) async throws -> ChatReply {
        kept.withLock { $0.append(request) }
        let text = try await script(Self.role(of: request), request)
        // A reply that is cut off is marked by its end.
        let isComplete = !text.hasSuffix("…")
        return ChatReply(text: text, isComplete: isComplete, promptTokens: 1, completionTokens: text.count)
    }

    /// The role that a request's instruction is for.
    private static func role(of request: ChatRequest) -> Role {
        switch request.messages[0].content {
        case RolePrompt.infer("")[0].content: .adversary
        case RolePrompt.judge(original: "", adapted: "")[0].content: .judge
        default: .anonymizer
        }
    }
}

extension ChatRequest {
    /// What the user's turn says behind its last heading.
    var subject: String {
        let question = messages[1].content
        for heading in ["\n\nAdapted:\n", "Text:\n"] {
            if let range = question.ranges(of: heading).last {
                return String(question[range.upperBound...].prefix { $0 != "\n" })
            }
        }
        return question
    }
}

/// Answers of a model that works as it should: whoever reads "Leeds" infers the place, "29" the age.
func diligentAnswer(_ role: Role, _ request: ChatRequest) -> String {
    let text = request.subject
    switch role {
    case .adversary:
        var inferences: [Inference] = []
        if text.contains("29") {
            inferences.append(Inference(.age, reasoning: "says so", guesses: ["29", "28", "30"], certainty: 5))
        }
        if text.contains("Leeds") {
            inferences.append(Inference(.location, reasoning: "says so", guesses: ["Leeds"], certainty: 4))
        }
        return RoleReply.answer(inferences)
    case .judge: return RoleReply.answer(judgement(meaning: 9))
    case .anonymizer:
        // One detail a round.
        return RoleReply.answer(
            text.contains("29")
                ? text.replacing("29", with: "an adult") : text.replacing("Leeds", with: "a northern city"))
    }
}

func judgement(readability: Int = 10, meaning: Int = 10, hallucination: Int = 1) -> UtilityJudgement {
    UtilityJudgement(
        readability: .init(score: readability, explanation: "reads well"), meaning: .init(score: meaning),
        hallucination: .init(score: hallucination))
}
