import CommandSupport
import Foundation
import Signet
import Synchronization

/// Self-refinement with SmolLM2-135M in all three roles: sixteen texts of a hundred words at once, one round each.
enum RefinementCases {
    private static let textCount = 16

    static var all: [BenchmarkCase] {
        let name = "refinement/SmolLM2-135M nf4"
        return [
            BenchmarkCase(name: name, needsOwnProcess: true) { context in
                let model = try LocalChatModel(
                    contentsOf: URL(fileURLWithPath: SFTCases.model), quantization: QuantizationSettings(),
                    slots: textCount)
                let student = PromptedStudent(model)
                let run = AnonymizationRun(
                    SelfRefinement(student, settings: RefinementSettings(rounds: 1)), concurrency: textCount)
                let texts = (0..<textCount).map { text in
                    (0..<100).map { "word\(($0 * 7 + text * 13) % 89)" }.joined(separator: " ")
                }
                let timing = try Timing.of(context.repeats) {
                    student.tokens.withLock { $0 = 0 }
                    try waiting { try await run.anonymize(texts) { _, _ in } }
                }
                return [Measurement("\(name) \(textCount) texts", timing, .tokens(student.tokens.withLock { $0 }))]
            }
        ]
    }
}

/// Takes the time of a model's answers, and answers so that every round is gone through whatever the model says.
private final class PromptedStudent: ChatModel {
    /// Generated tokens.
    let tokens = Mutex(0)
    private let model: LocalChatModel

    init(_ model: LocalChatModel) { self.model = model }

    var name: String { model.name }

    func reply(to request: ChatRequest) async throws -> ChatReply {
        var request = request
        request.maxTokens = 100
        var reply = try await model.reply(to: request)
        tokens.withLock { [count = reply.completionTokens] in $0 += count }
        let inference = Inference(.age, reasoning: "", guesses: ["29"], certainty: 5)
        let instruction = request.messages[0].content
        reply.text =
            instruction == RolePrompt.infer("")[0].content
            ? RoleReply.answer([inference])
            : instruction == RolePrompt.judge(original: "", adapted: "")[0].content
                ? RoleReply.answer(.original) : RoleReply.answer("a text of another wording")
        reply.isComplete = true
        return reply
    }
}
