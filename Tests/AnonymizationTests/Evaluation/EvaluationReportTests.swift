import Testing

@testable import Anonymization

@Suite("Reports of evaluations")
struct EvaluationReportTests {
    /// Ten profiles of two texts; the adversary is right about the first five before, and about the first afterwards.
    private static func scores(runs: Int = 1) -> EvaluationScores {
        func guesses(upTo last: Int) -> [[Inference]] { (0..<20).map { [.guess(.age, $0 / 2 < last ? "30" : "60")] } }
        return EvaluationScores(
            EvaluationSet.simple(
                truth: Array(repeating: [.age: "30"], count: 20), original: guesses(upTo: 5),
                iterations: (1...runs).map { guesses(upTo: $0) }, profiles: (0..<20).map { "p\($0 / 2)" }))
    }

    @Test("rows have the micro-averaged privacy, the utility and what both are worth together")
    func rows() throws {
        let report = EvaluationReport(Self.scores(), bootstrap: Bootstrap(replicates: 0))
        #expect(report.rows.map(\.name) == ["Original", "Iteration 1"] && report.attributes == [.age])
        #expect(report.rows.map { $0.privacy?.value } == [0.5, 0.1])
        #expect(report.rows[1].overall?.value == 25 / 30.0 - 0.1 / 0.5 && report.rows[1].overall?.interval == nil)
        #expect(report.textCount == 20 && report.profileCount == 10 && report.runCount == 1)
    }

    @Test("intervals come from drawing profiles, hold the value, and depend on the seed alone")
    func bootstrap() throws {
        let report = EvaluationReport(Self.scores(), bootstrap: Bootstrap(replicates: 400, seed: 7))
        #expect(report == EvaluationReport(Self.scores(), bootstrap: Bootstrap(replicates: 400, seed: 7)))
        #expect(Bootstrap(seed: 7).draw(3, of: 10) != Bootstrap(seed: 8).draw(3, of: 10))
        let interval = try #require(report.rows[0].privacy?.interval)
        #expect(interval.contains(0.5))
        // A profile's texts are right together, so that the shares are tenths; ten fair draws have their 2.5th and 97.5th
        // percentile at 0.2 and 0.8. Drawing the twenty texts would give 0.3 and 0.7.
        #expect(abs(interval.lowerBound - 0.2) < 1e-9 && abs(interval.upperBound - 0.8) < 1e-9)
        #expect(report.rows[1].utility?.interval.map { $0.upperBound - $0.lowerBound } == 0)
        // The original's overall score is 0 in every draw in which it gives anything away.
        #expect(report.rows[0].overall?.interval == 0...0)
    }

    @Test("percentiles lie between the nearest results in proportion")
    func percentiles() {
        let values = [1.0, 2, 4, 8]
        #expect(Bootstrap.percentile(values, 0) == 1 && Bootstrap.percentile(values, 1) == 8)
        #expect(Bootstrap.percentile(values, 0.5) == 3 && Bootstrap.percentile([5], 0.3) == 5)
        #expect(Bootstrap().interval(of: []) == nil)
    }

    @Test("several runs are averaged, and their spread and agreement are shown")
    func consistency() throws {
        let report = EvaluationReport(Self.scores(runs: 3), bootstrap: Bootstrap(replicates: 0))
        #expect(report.rows[0].consistency == nil && report.runCount == 3)
        let row = report.rows[1]
        let consistency = try #require(row.consistency)
        #expect(abs((row.privacy?.value ?? 0) - 0.2) < 1e-15)
        let privacy = try #require(consistency.privacy)
        #expect(abs(privacy.mean - 0.2) < 1e-15 && privacy.range == 0.1...0.3)
        #expect(abs(privacy.standardDeviation - 0.1) < 1e-12)
        // Profiles 1 and 2 are guessed in some runs only.
        #expect(consistency.labelAgreement == 0.8 && consistency.identicalTexts == 0)
    }

    @Test("what not every text was measured on is left out of a row")
    func incomplete() {
        var set = EvaluationSet.simple(
            truth: [[.age: "30"], [.age: "40"]], original: [[.guess(.age, "30")], []], iterations: [[[], []]])
        set.methods[1].runs[0][0].judgement = nil
        set.methods[1].runs[0][1].inferences = nil
        let report = EvaluationReport(EvaluationScores(set), bootstrap: Bootstrap(replicates: 5))
        #expect(report.rows[0].privacy?.value == 0.5)
        #expect(report.rows[1].privacy == nil && report.rows[1].utility == nil && report.rows[1].overall == nil)
    }
}
