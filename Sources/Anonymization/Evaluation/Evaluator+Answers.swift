import Tokenizers

extension Evaluator {
    /// A model's answers to questions, asked together and each once; those that cannot be read, or that the model refuses, are
    /// missing.
    func answers<Question: Hashable & Sendable, Answer: Sendable>(
        of player: RolePlayer, to questions: Set<Question>,
        _ prompt: @escaping @Sendable (Question) -> [ChatMessage],
        reading read: @escaping @Sendable (String) throws(ReplyError) -> Answer
    ) async throws -> [Question: Answer] {
        try await withThrowingTaskGroup(of: (Question, Answer?).self) { group in
            var answers: [Question: Answer] = [:]
            var waiting = questions
            var underWay = 0
            while underWay > 0 || !waiting.isEmpty {
                while underWay < concurrency, let question = waiting.popFirst() {
                    group.addTask {
                        do {
                            return (question, try await player.ask(prompt(question), read))
                        } catch is ReplyError {
                            return (question, nil)
                        }
                    }
                    underWay += 1
                }
                guard let (question, answer) = try await group.next() else { break }
                answers[question] = answer
                underWay -= 1
            }
            return answers
        }
    }
}
