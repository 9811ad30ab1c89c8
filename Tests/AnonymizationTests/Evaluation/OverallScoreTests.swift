import Testing

@testable import Anonymization

@Suite("Measures of an evaluation")
struct OverallScoreTests {
    /// The printed rows of SEAL's tables of results: privacy, utility and overall.
    static let main: [(Double, Double, Double)] = [
        (0.587, 0.962, 0.023), (0.555, 0.868, -0.020), (0.424, 0.927, 0.249), (0.431, 0.941, 0.251),
        (0.434, 0.947, 0.253), (0.391, 0.931, 0.305), (0.302, 0.893, 0.410), (0.263, 0.862, 0.441),
    ]
    static let hard: [(Double, Double, Double)] = [
        (0.774, 0.954, 0.039), (0.749, 0.876, -0.009), (0.571, 0.937, 0.262), (0.579, 0.942, 0.258),
        (0.568, 0.943, 0.272), (0.609, 0.935, 0.215), (0.540, 0.912, 0.274), (0.505, 0.895, 0.298),
    ]

    @Test("overall reproduces all sixteen printed values, to the digit")
    func printed() throws {
        var count = 0
        for (original, rows) in [(0.625, Self.main), (0.846, Self.hard)] {
            for (privacy, utility, printed) in rows {
                let overall = try #require(
                    OverallScore.value(privacy: privacy, utility: utility, originalPrivacy: original))
                #expect((overall * 1000).rounded() == (printed * 1000).rounded(), "\(overall) and \(printed)")
                count += 1
            }
            #expect(OverallScore.value(privacy: original, utility: 1, originalPrivacy: original) == 0)
        }
        #expect(count == 16)
    }

    @Test("overall is undefined where something is missing or the original gives nothing away")
    func undefined() {
        #expect(OverallScore.value(privacy: nil, utility: 1, originalPrivacy: 1) == nil)
        #expect(OverallScore.value(privacy: 0, utility: nil, originalPrivacy: 1) == nil)
        #expect(OverallScore.value(privacy: 0, utility: 1, originalPrivacy: 0) == nil)
        #expect(OverallScore.value(privacy: 0, utility: 1, originalPrivacy: nil) == nil)
    }

    @Test("privacy is the micro-average over labels, utility the mean of its three parts")
    func tally() {
        var tally = EvaluationTally()
        #expect(tally.privacy == nil && tally.utility == nil)
        for isRight in [true, false, false] { tally.count(.age, isRight: isRight) }
        tally.count(.location, isRight: true)
        #expect(tally.accuracy(of: .age) == 1 / 3.0 && tally.accuracy(of: .location) == 1)
        #expect(tally.accuracy(of: .gender) == nil && tally.privacy == 0.5 && tally.labelCount == 4)
        tally.count(UtilityJudgement.original)
        tally.count(
            UtilityJudgement(
                readability: .init(score: 6), meaning: .init(score: 3), hallucination: .init(score: 0)))
        #expect(tally.readability == 0.8 && tally.meaning == 0.65 && tally.hallucination == 0.5)
        #expect(tally.utility == 39 / 60.0 && tally.judgedCount == 2)
        var twice = tally
        twice += tally
        #expect(twice.privacy == 0.5 && twice.labelCount == 8 && twice.utility == tally.utility)
    }
}
