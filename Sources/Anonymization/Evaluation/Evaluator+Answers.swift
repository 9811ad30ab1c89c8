import Tokenizers

extension Evaluator {
    /// A model's answers to questions, asked together and each once; those that cannot be read, or that the model refuses, are
    /// missing.
    func answers<Question: Hashable & Sendable, Answer: Sendable>(
        of model: any ChatModel, to questions: Set<Question>,
        _ prompt: @escaping @Sendable (Question) -> [ChatMessage],
        reading read: @escaping @Sendable (String) throws(ReplyError) -> Answer
    ) async throws -> [Question: Answer] {
        try await withThrowingTaskGroup(of: (Question, Answer?).self) { group in
            var answers: [Question: Answer] = [:]
            var waiting = 0
            func take() async throws {
                guard let (question, answer) = try await group.next() else { return }
                answers[question] = answer
                waiting -= 1
            }
            for question in questions {
                if waiting == concurrency { try await take() }
                group.addTask { (question, try await Self.answer(of: model, to: prompt(question), reading: read)) }
                waiting += 1
            }
            while waiting > 0 { try await take() }
            return answers
        }
    }

    private static func answer<Answer>(
        of model: any ChatModel, to messages: [ChatMessage], reading read: (String) throws(ReplyError) -> Answer
    ) async throws -> Answer? {
        for attempt in 0..<attempts {
            // At temperature 0 a model would give the same answer again.
            let temperature = attempt == 0 ? 0 : RefinementSettings.retryTemperature
            do {
                let reply = try await model.reply(
                    to: ChatRequest(messages, temperature: temperature, seed: UInt64(attempt)))
                if reply.isComplete { return try read(reply.text) }
            } catch is ReplyError {
                continue
            } catch is ChatRefusal {
                return nil
            }
        }
        return nil
    }
}
