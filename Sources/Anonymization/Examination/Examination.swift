import Diagnostics
import Training

/// How a student does on rows that it has not seen: how probable it finds the teacher's answers, and whether its own can
/// be read.
public struct Examination: Sendable, Equatable {
    /// What the student answers to a row.
    public struct Answer: Sendable, Equatable {
        public let row: ExaminationRow
        public let text: String
        /// Why the answer cannot be read; nil where it can.
        public let flaw: String?
    }

    /// The rows of a task, or of all.
    public struct Result: Sendable, Equatable {
        /// Nil for all tasks together.
        public let task: TrainingTask?
        public fileprivate(set) var rowCount = 0
        public fileprivate(set) var readableCount = 0
        fileprivate var lossTokenCount = 0
        fileprivate var logProbability = 0.0

        /// The mean cross-entropy of the teacher's tokens, in nats.
        public var loss: Double { -logProbability / Double(max(lossTokenCount, 1)) }
        /// The share of the student's answers that can be read.
        public var readable: Double { Double(readableCount) / Double(max(rowCount, 1)) }
    }

    public let answers: [Answer]
    /// A result for each task that has rows, and the one of all.
    public let results: [Result]

    /// - Parameters:
    ///   - answers: one for each row.
    ///   - scores: of the same rows.
    public init(_ answers: [Answer], scores: [RowScore]) {
        require(answers.count == scores.count, "Examination: \(answers.count) answers, \(scores.count) scores")
        self.answers = answers
        let tasks = TrainingTask.allCases.filter { task in answers.contains { $0.row.task == task } }
        results = (tasks.map(Optional.some) + [nil]).map { task in
            var result = Result(task: task)
            for (answer, score) in zip(answers, scores) where task == nil || answer.row.task == task {
                result.rowCount += 1
                result.readableCount += answer.flaw == nil ? 1 : 0
                result.lossTokenCount += score.lossTokenCount
                result.logProbability += score.logProbability
            }
            return result
        }
    }
}

extension Examination {
    /// Asks a student every row's question, many at the same time, at temperature 0 and without a second try.
    ///
    /// - Parameters:
    ///   - maxTokens: the most tokens of an answer; one that is cut off there counts as unreadable.
    ///   - onAnswer: called with the number of answers so far.
    /// - Returns: the answers in the order of the rows.
    /// - Throws: what the model throws but refusals, which count as unreadable; `CancellationError`.
    public static func answers(
        _ rows: [ExaminationRow], by model: any ChatModel, maxTokens: Int = 1024, concurrency: Int = 16,
        onAnswer: (Int) throws -> Void = { _ in }
    ) async throws -> [Answer] {
        var answers = [Answer?](repeating: nil, count: rows.count)
        try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            func begin(_ index: Int) {
                group.addTask { (index, try await Answer(rows[index], by: model, maxTokens: maxTokens)) }
            }
            for index in 0..<min(max(1, concurrency), rows.count) { begin(index) }
            var done = 0
            while let (index, answer) = try await group.next() {
                answers[index] = answer
                if done + max(1, concurrency) < rows.count { begin(done + max(1, concurrency)) }
                done += 1
                try onAnswer(done)
            }
        }
        return answers.compactMap { $0 }
    }
}

extension Examination.Answer {
    fileprivate init(_ row: ExaminationRow, by model: any ChatModel, maxTokens: Int) async throws {
        let reply: ChatReply
        do {
            reply = try await model.reply(to: ChatRequest(row.question, maxTokens: maxTokens))
        } catch let refusal as ChatRefusal {
            self.init(row: row, text: "", flaw: refusal.description)
            return
        }
        var flaw = reply.isComplete ? nil : "cut off at \(reply.completionTokens) tokens"
        do { try row.task.check(reply.text) } catch { flaw = flaw ?? error.description }
        self.init(row: row, text: reply.text, flaw: flaw)
    }
}
