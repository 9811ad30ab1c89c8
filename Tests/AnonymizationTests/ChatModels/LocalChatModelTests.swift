import Anonymization
import Foundation
import Tensors
import TestSupport
import Testing
import Tokenizers

@Suite("A model of ours as a chat model")
struct LocalChatModelTests {
    // Answers are compared bit by bit, so in processes of their own: other tests switch the instruction set.
    private static func model(slots: Int = 16) throws -> LocalChatModel {
        try LocalChatModel(
            contentsOf: Fixtures.golden("plain/model", target: "TrainingTests"), computeType: .float32, slots: slots)
    }

    private static let requests: [ChatRequest] = (0..<20).map { index in
        let system = ChatMessage(role: "system", content: ["Answer.", "Ask back, and be brief."][index % 2])
        let user = ChatMessage(role: "user", content: String(repeating: "Who drives? ", count: 1 + index % 4))
        return ChatRequest(
            index % 3 == 0 ? [user] : [system, user], temperature: Double(index % 3) * 0.6, topP: 0.95,
            maxTokens: 4 + index % 9, seed: UInt64(index))
    }

    private static func replies(_ model: LocalChatModel) async throws -> [ChatReply] {
        try await withThrowingTaskGroup(of: (Int, ChatReply).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, try await model.reply(to: request)) }
            }
            return try await group.reduce(into: [Int: ChatReply]()) { $0[$1.0] = $1.1 }
                .sorted { $0.key < $1.key }.map(\.value)
        }
    }

    @Test("twenty conversations at once get the answers that each gets alone", arguments: [1, 3, 16])
    func together(slots: Int) async {
        await #expect(processExitsWith: .success) { [slots] in
            let single = try LocalChatModelTests.model(slots: 1)
            var alone: [ChatReply] = []
            for request in LocalChatModelTests.requests { alone.append(try await single.reply(to: request)) }
            #expect(Set(alone.map(\.text)).count > 10)
            #expect(try await LocalChatModelTests.replies(LocalChatModelTests.model(slots: slots)) == alone)
        }
    }

    @Test("the same request gets the same answer, and another seed another one")
    func seeds() async {
        await #expect(processExitsWith: .success) {
            let model = try LocalChatModelTests.model()
            var request = ChatRequest(
                LocalChatModelTests.requests[1].messages, temperature: 1.5, maxTokens: 12, seed: 3)
            let first = try await model.reply(to: request)
            #expect(try await model.reply(to: request) == first)
            request.seed = 4
            #expect(try await model.reply(to: request) != first)
            #expect(first.completionTokens == 12 && !first.isComplete)
        }
    }

    @Test("a conversation beyond the model's context is refused by itself, with both numbers")
    func tooLong() async throws {
        let model = try Self.model()
        let long = ChatRequest([ChatMessage(role: "user", content: String(repeating: "1 ", count: 700))])
        async let short = model.reply(to: Self.requests[0])
        let error = await #expect(throws: ChatRefusal.self) { try await model.reply(to: long) }
        #expect(error?.description.contains("fewer than 512 tokens, found") == true)
        #expect(try await !short.text.isEmpty)
    }

    @Test("an answer ends where the context ends")
    func contextEnd() async throws {
        let reply = try await Self.model().reply(
            to: ChatRequest([ChatMessage(role: "user", content: "Who drives?")], maxTokens: 100_000))
        #expect(reply.promptTokens + reply.completionTokens <= 512)
    }

    @Test("a caller that is cancelled waits no longer, and the others get their answers")
    func cancelling() async {
        await #expect(processExitsWith: .success) {
            let model = try LocalChatModelTests.model(slots: 2)
            let expected = try await LocalChatModelTests.replies(model)
            let endless = ChatRequest(LocalChatModelTests.requests[1].messages, temperature: 2, maxTokens: 480)
            let task = Task { try await model.reply(to: endless) }
            async let others = LocalChatModelTests.replies(model)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await others == expected)
            let early = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await model.reply(to: endless)
            }
            await #expect(throws: CancellationError.self) { try await early.value }
        }
    }
}
