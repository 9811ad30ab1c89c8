import Tokenizers

extension Evaluator {
    /// Told how far questions have come.
    typealias OnAnswer = (EvaluationProgress) -> Void

    /// A model's answers to questions, asked together and each once; those that cannot be read, or that the model refuses, are
    /// missing.
    func answers<Question: Hashable & Sendable, Answer: Sendable>(
        of player: RolePlayer, to questions: Set<Question>, _ work: EvaluationProgress.Work, _ onAnswer: OnAnswer,
        _ prompt: @escaping @Sendable (Question) -> [ChatMessage],
        reading read: @escaping @Sendable (String) throws(ReplyError) -> Answer
    ) async throws -> [Question: Answer] {
        try await withThrowingTaskGroup(of: (Question, Answer?).self) { group in
            var answers: [Question: Answer] = [:]
            var waiting = questions
            var underWay = 0
            var progress = EvaluationProgress(work: work, answered: 0, asked: questions.count)
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
                try Task.checkCancellation()
                answers[question] = answer
                underWay -= 1
                progress.answered += 1
                onAnswer(progress)
            }
            return answers
        }
    }
}

/// How far an evaluation has come with the questions that models are asked.
public struct EvaluationProgress: Sendable, Equatable {
    public enum Work: String, Sendable {
        case inferences, judgements, comparisons
    }

    public var work: Work
    /// Questions of this work that have been answered, readably or not.
    public var answered: Int
    /// Questions of this work.
    public var asked: Int
}
