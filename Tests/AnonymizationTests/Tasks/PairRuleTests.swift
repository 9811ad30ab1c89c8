import Testing

@testable import Anonymization

@Suite("The rules that choose pairs of states")
struct PairRuleTests {
    private func improvements(_ states: [AnonymizationState], slack: Double = 0) -> ([[Int]], RuleCounts) {
        var counts = RuleCounts()
        let pairs = PairRule(certainty: 3, utilitySlack: slack).improvements(in: states, counting: &counts)
        return (pairs.map { [$0.from, $0.to] }, counts)
    }

    private func preferences(_ states: [AnonymizationState], slack: Double = 0) -> ([[Int]], RuleCounts) {
        var counts = RuleCounts()
        let triples = PairRule(certainty: 3, utilitySlack: slack).preferences(in: states, counting: &counts)
        return (triples.map { [$0.from, $0.winner, $0.loser] }, counts)
    }

    @Test("anonymize: fewer inferences or less certain ones, with equal utility or more, at any later step")
    func improves() {
        let (pairs, counts) = improvements([
            state("a", [5, 4]), state("b", [5]), state("c", [4]), state("d", [4]), state("e", [2, 2]),
        ])
        #expect(pairs == [[0, 1], [0, 2], [0, 3], [0, 4], [1, 2], [1, 3], [1, 4], [2, 4], [3, 4]])
        #expect(counts.candidates == 10 && counts.kept == 9)
        #expect(counts.droppedByPrivacy == 1 && counts.droppedByUtility == 0)
    }

    @Test("one more inference is worse, however uncertain it is")
    func countBeforeMean() {
        #expect(improvements([state("a", [5]), state("b", [3, 3])]).0 == [])
        #expect(improvements([state("a", [3, 3]), state("b", [5])]).0 == [[0, 1]])
    }

    @Test("inferences below the threshold do not count")
    func threshold() {
        #expect(improvements([state("a", [3, 2, 2]), state("b", [2, 2, 2])]).0 == [[0, 1]])
        #expect(improvements([state("a", [2]), state("b", [1])]).0 == [])
    }

    @Test("a later text that is less useful is dropped by the utility rule, unless the slack covers it to the point")
    func utility() {
        let states = [state("a", [5]), state("b", [], (9, 8, 1)), state("c", [], (10, 10, 0))]
        let (pairs, counts) = improvements(states)
        #expect(pairs == [] && counts.droppedByUtility == 2 && counts.droppedByPrivacy == 1)
        #expect(improvements(states, slack: 0.0999).0 == [])
        #expect(improvements(states, slack: 0.1).0 == [[0, 1]])
        #expect(improvements(states, slack: 0.3333).0 == [[0, 1]])
        #expect(improvements(states, slack: 1).0 == [[0, 1], [0, 2]])
    }

    @Test("prefer: of two later states the more private one that is no less useful, whichever comes first")
    func prefers() {
        let (triples, counts) = preferences([
            state("a", [5, 5]), state("b", [4], (10, 9, 1)), state("c", [5], (10, 9, 1)), state("d", [], (9, 8, 1)),
        ])
        #expect(triples == [[0, 1, 2]])
        // From a: b, c; b, d; c, d. From b: c, d.
        #expect(counts.candidates == 4 && counts.droppedByPrivacy == 0 && counts.droppedByUtility == 3)
        let equal = preferences([state("a", [5]), state("b", [3]), state("c", [3])])
        #expect(equal.0 == [] && equal.1.droppedByPrivacy == 1)
    }

    @Test("a source of which nothing is inferred has preferences too, and a single state has no pairs")
    func edges() {
        #expect(preferences([state("a", []), state("b", [4]), state("c", [])]).0 == [[0, 2, 1]])
        #expect(preferences([state("a", [5])]).1 == RuleCounts())
        #expect(improvements([state("a", [5])]).1 == RuleCounts())
    }
}
