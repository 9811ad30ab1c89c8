/// The rule by which one state of a trajectory is better than another: p(better) > p(worse) and u(better) ≥ u(worse)
/// (SEAL, section 3).
struct PairRule {
    /// Of the inferences that count for p.
    let certainty: Int
    /// u(better) may be below u(worse) by this much.
    let utilitySlack: Double
    /// Inferences about other attributes do not count for p.
    var protected = Set(Attribute.allCases)

    /// What the rule says of two states.
    enum Verdict {
        case kept, notMorePrivate, lessUseful
    }

    /// P, the inferences that count.
    func counted(in state: AnonymizationState) -> [Inference] {
        state.inferences.filter { $0.certainty >= certainty && protected.contains($0.attribute) }
    }

    func privacy(of state: AnonymizationState) -> PrivacyScore {
        PrivacyScore(counted(in: state), certainty: certainty)
    }

    func verdict(on better: AnonymizationState, over worse: AnonymizationState) -> Verdict {
        guard privacy(of: better) > privacy(of: worse) else { return .notMorePrivate }
        return better.judgement.isAtLeastAsUseful(as: worse.judgement, slack: utilitySlack) ? .kept : .lessUseful
    }

    /// D_anon: the pairs i < j of states for which s_j is better than s_i.
    func improvements(in states: [AnonymizationState], counting counts: inout RuleCounts) -> [(from: Int, to: Int)] {
        var pairs: [(from: Int, to: Int)] = []
        for i in states.indices {
            for j in states.indices[(i + 1)...] where counts.count(verdict(on: states[j], over: states[i])) {
                pairs.append((i, j))
            }
        }
        return pairs
    }

    /// D_pref: for each i the pairs of later states of which one is better.
    func preferences(
        in states: [AnonymizationState], counting counts: inout RuleCounts
    ) -> [(from: Int, winner: Int, loser: Int)] {
        var triples: [(from: Int, winner: Int, loser: Int)] = []
        for i in states.indices {
            for first in states.indices[(i + 1)...] {
                for second in states.indices[(first + 1)...] {
                    let firstWins = privacy(of: states[first]) > privacy(of: states[second])
                    let (winner, loser) = firstWins ? (first, second) : (second, first)
                    if counts.count(verdict(on: states[winner], over: states[loser])) {
                        triples.append((i, winner, loser))
                    }
                }
            }
        }
        return triples
    }
}

/// What became of the candidates of one task.
public struct RuleCounts: Sendable, Equatable {
    /// Pairs of states for anonymize, pairs of later states for prefer, states for infer and judge.
    public var candidates = 0
    /// Neither text is more private than the other or, for anonymize, the later one is not.
    public var droppedByPrivacy = 0
    /// The more private text is less useful.
    public var droppedByUtility = 0
    /// Rows that were there already, such as those of one original in several trajectories.
    public var duplicates = 0

    /// Those that passed the rules, equal ones included.
    public var kept: Int { candidates - droppedByPrivacy - droppedByUtility }

    public init() {}

    /// Counts a candidate and says whether it is kept.
    mutating func count(_ verdict: PairRule.Verdict) -> Bool {
        candidates += 1
        switch verdict {
        case .kept: return true
        case .notMorePrivate: droppedByPrivacy += 1
        case .lessUseful: droppedByUtility += 1
        }
        return false
    }
}
