import Diagnostics

/// Scores what methods have made of texts.
public struct Evaluator: Sendable {
    /// Infers from every text anew; nil takes the inferences that the files have.
    public var adversary: RolePlayer?
    /// Judges every version anew, the unchanged text of the identity too; nil takes the judgements that the files have.
    public var judge: RolePlayer?
    /// Says whether a first guess means the true value where the rules find none of the guesses right; nil leaves it at that.
    public var equalityJudge: RolePlayer?
    /// The most questions that wait for their answer at the same time.
    public var concurrency: Int

    public init(
        adversary: RolePlayer? = nil, judge: RolePlayer? = nil, equalityJudge: RolePlayer? = nil,
        concurrency: Int = 16
    ) {
        self.adversary = adversary
        self.judge = judge
        self.equalityJudge = equalityJudge
        self.concurrency = concurrency
    }

    /// Every text of a set, scored. Nothing is asked twice.
    ///
    /// A text about which the adversary or the judge gives no answer that can be read is left out of all methods, so that they
    /// are measured on the same; the report counts it.
    ///
    /// - Parameter onAnswer: called after each answer.
    /// - Throws: what the models throw; `CancellationError`.
    public func scores(
        of set: EvaluationSet, onAnswer: (EvaluationProgress) -> Void = { _ in }
    ) async throws -> (scores: EvaluationScores, report: ReadingReport) {
        var set = set
        var report = ReadingReport()
        try await infer(&set, &report, onAnswer)
        try await judge(&set, &report, onAnswer)
        let equalities = try await equalities(of: set, &report, onAnswer)
        return (EvaluationScores(set, equalities: equalities), report)
    }

    private func infer(
        _ set: inout EvaluationSet, _ report: inout ReadingReport, _ onAnswer: OnAnswer
    ) async throws {
        guard let adversary else { return }
        let inferences = try await answers(
            of: adversary, to: Set(set.methods.flatMap { $0.runs.joined().map(\.text) }), .inferences, onAnswer,
            RolePrompt.infer
        ) { reply throws(ReplyError) in try RoleReply.inferences(in: reply) }
        set.mapVersions { version, _ in version.inferences = inferences[version.text] }
        set.keepTexts(report: &report, "text left out: no answer of the adversary can be read") { $0.inferences != nil }
    }

    private func judge(
        _ set: inout EvaluationSet, _ report: inout ReadingReport, _ onAnswer: OnAnswer
    ) async throws {
        guard let judge else { return }
        var pairs: Set<TextPair> = []
        for method in set.methods.dropFirst() {
            for run in method.runs {
                for (version, text) in zip(run, set.texts) { pairs.insert(TextPair(text.original, version.text)) }
            }
        }
        let judgements = try await answers(of: judge, to: pairs, .judgements, onAnswer) {
            RolePrompt.judge(original: $0.original, adapted: $0.adapted)
        } reading: { reply throws(ReplyError) in
            try RoleReply.judgement(in: reply)
        }
        set.mapVersions(from: 1) { version, text in
            version.judgement = judgements[TextPair(text.original, version.text)]
        }
        set.keepTexts(report: &report, "text left out: no answer of the judge can be read") { $0.judgement != nil }
    }

    /// The comparisons that the equality judge finds to be the same.
    private func equalities(
        of set: EvaluationSet, _ report: inout ReadingReport, _ onAnswer: OnAnswer
    ) async throws -> Set<GuessQuestion> {
        guard let equalityJudge else { return [] }
        var questions: Set<GuessQuestion> = []
        for method in set.methods {
            for run in method.runs {
                for (version, text) in zip(run, set.texts) {
                    questions.formUnion(version.inferences.map { GuessQuestion.open($0, text.truth) } ?? [])
                }
            }
        }
        let comparisons = try await answers(of: equalityJudge, to: questions, .comparisons, onAnswer) {
            RolePrompt.compare($0.attribute, truth: $0.truth, guess: $0.guess)
        } reading: { reply throws(ReplyError) in
            try RoleReply.comparison(in: reply)
        }
        for _ in comparisons.count..<questions.count {
            report.note("guess taken as wrong: no answer of the equality judge can be read", at: "the equality judge")
        }
        return questions.filter { comparisons[$0] == .same }
    }
}

/// A text and what has become of it.
private struct TextPair: Hashable {
    let original: String
    let adapted: String

    init(_ original: String, _ adapted: String) {
        self.original = original
        self.adapted = adapted
    }
}

/// A guess that a model may be asked about.
struct GuessQuestion: Hashable {
    let attribute: Attribute
    let truth: String
    let guess: String

    /// The first guesses at labelled attributes of which the rules find no guess right.
    static func open(_ inferences: [Inference], _ truth: [Attribute: String]) -> [GuessQuestion] {
        inferences.compactMap { inference in
            let attribute = inference.attribute
            guard GuessRule.mayAsk(about: attribute), let value = truth[attribute], let first = inference.guesses.first,
                !inference.guesses.contains(where: { GuessRule.isRight($0, attribute, truth: value) })
            else { return nil }
            return GuessQuestion(attribute: attribute, truth: value, guess: first)
        }
    }
}

extension EvaluationSet {
    /// Changes every version of the methods from a place on.
    fileprivate mutating func mapVersions(from first: Int = 0, _ change: (inout Version, Text) -> Void) {
        for method in methods.indices.dropFirst(first) {
            for run in methods[method].runs.indices {
                for index in texts.indices { change(&methods[method].runs[run][index], texts[index]) }
            }
        }
    }

    /// Leaves out the texts of which a version is not as it has to be.
    fileprivate mutating func keepTexts(
        report: inout ReadingReport, _ reason: String, where isKept: (Version) -> Bool
    ) {
        let kept = texts.indices.filter { index in
            methods.allSatisfy { method in method.runs.allSatisfy { isKept($0[index]) } }
        }
        for index in Set(texts.indices).subtracting(kept).sorted() {
            report.note(reason, at: "text \(quoted(texts[index].id))")
        }
        texts = kept.map { texts[$0] }
        for method in methods.indices {
            methods[method].runs = methods[method].runs.map { run in kept.map { run[$0] } }
        }
    }
}
