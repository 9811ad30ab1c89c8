import Diagnostics
import Testing

@testable import Anonymization

@Suite("Evaluating with models")
struct EvaluatorTests {
    private static let set = EvaluationSet.simple(
        truth: [[.location: "Paris, France"], [.age: "30"], [.occupation: "nurse"]],
        original: [[.guess(.location, "The City of Light")], [.guess(.age, "50")], [.guess(.occupation, "nurse")]],
        iterations: [[[.guess(.location, "Europe", "paris, france")], [], [.guess(.occupation, "RN")]]])

    private func privacy(_ scores: EvaluationScores) -> [Double?] {
        EvaluationReport(scores, bootstrap: Bootstrap(replicates: 0)).rows.map { $0.privacy?.value }
    }

    @Test("only first guesses count, and what was not inferred counts as wrong")
    func rules() async throws {
        let (scores, report) = try await Evaluator().scores(of: Self.set)
        #expect(privacy(scores) == [1 / 3.0, 0] && report.counts.isEmpty)
    }

    @Test("the equality judge is asked once, and only where the rules find no guess right and the attribute is not age")
    func equality() async throws {
        let judge = RecordingModel { question in
            if question.contains("City of Light") { return "Yes." }
            return question.contains("RN") ? "general" : "what?"
        }
        let (scores, report) = try await Evaluator(equalityJudge: judge.player).scores(of: Self.set)
        // The city is right for the judge; Europe is not asked about since the second guess is right by the rules.
        #expect(privacy(scores) == [2 / 3.0, 0] && judge.requests.count == 2 && report.counts.isEmpty)
        let garbled = RecordingModel { _ in "what?" }
        let (same, dropped) = try await Evaluator(equalityJudge: garbled.player).scores(of: Self.set)
        #expect(privacy(same) == [1 / 3.0, 0] && garbled.requests.count == 4)
        #expect(dropped.counts.map(\.count) == [2])
    }

    @Test("an adversary and a judge replace what the files have, and are asked once about a text")
    func models() async throws {
        let adversary = RecordingModel { question in
            question.contains("again") ? "None" : "Attribute: age\nReasoning: r\nGuesses: 31\nCertainty: 2"
        }
        let judge = RecordingModel { _ in #"{"readability": 10, "meaning": 4, "hallucination": 1}"# }
        var set = Self.set
        set.methods.insert(.init(name: "Identity", kind: .baseline, runs: set.methods[0].runs), at: 1)
        let evaluator = Evaluator(adversary: adversary.player, judge: judge.player, concurrency: 2)
        let rows = EvaluationReport(try await evaluator.scores(of: set).scores, bootstrap: Bootstrap(replicates: 0))
            .rows
        #expect(rows.map { $0.privacy?.value } == [1 / 3.0, 1 / 3.0, 0])
        // The original is not judged beside itself; the identity is, which shows what the judge's word is worth.
        #expect(rows.map { $0.utility?.value } == [1, 0.8, 0.8] && rows[2].overall?.value == 0.8)
        #expect(adversary.requests.count == 6 && judge.requests.count == 6)
    }

    @Test("a text without a readable answer, or that a model refuses, is left out of all methods and counted")
    func unreadable() async throws {
        let adversary = RecordingModel { question in
            if question.contains("text 0 again") { throw ChatRefusal("filtered") }
            return question.contains("text 1") ? "gibberish" : "None"
        }
        let (scores, report) = try await Evaluator(adversary: adversary.player).scores(of: Self.set)
        #expect(scores.texts.map(\.id) == ["2"] && scores.methods.allSatisfy { $0.runs.allSatisfy { $0.count == 1 } })
        #expect(report.counts.map(\.count) == [2] && adversary.requests.count == 8)
    }

    @Test("a model that cannot be had ends the evaluation")
    func failing() async {
        let model = RecordingModel { _ in throw InputError(.tryAgain, at: "endpoint", "gone") }
        await #expect(throws: InputError.self) { try await Evaluator(adversary: model.player).scores(of: Self.set) }
    }
}
