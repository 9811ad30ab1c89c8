/// What an evaluation found: a row for each method, as in the tables of the SEAL paper.
public struct EvaluationReport: Sendable, Equatable {
    /// A measure and where it lies when the authors are drawn anew.
    public struct Measure: Sendable, Equatable {
        public var value: Double
        /// Nil where no intervals were asked for.
        public var interval: ClosedRange<Double>?

        public init(_ value: Double, interval: ClosedRange<Double>? = nil) {
            self.value = value
            self.interval = interval
        }
    }

    public struct Row: Sendable, Equatable {
        public var name: String
        public var kind: EvaluationSet.Method.Kind
        public var tally: EvaluationTally
        public var privacy: Measure?
        public var utility: Measure?
        public var overall: Measure?
        public var spans: SpanScores?
        public var consistency: RunConsistency?
    }

    /// The original first.
    public var rows: [Row]
    public var textCount: Int
    public var profileCount: Int
    public var runCount: Int
    public var bootstrap: Bootstrap
    /// How the figures came about: models, mended and dropped data.
    public var notes: [String]

    /// The attributes that any text gives away.
    public var attributes: [Attribute] {
        Attribute.allCases.filter { attribute in rows.contains { $0.tally.labelCount(of: attribute) > 0 } }
    }

    public init(_ scores: EvaluationScores, bootstrap: Bootstrap = Bootstrap(), notes: [String] = []) {
        let profiles = Set(scores.texts.map(\.profile)).sorted()
        let tallies = scores.methods.map { scores.tallies(of: $0, profiles: profiles) }
        let totals = tallies.map(\.total)
        let originalPrivacy = totals[0].privacy
        let drawn = DrawnMeasures(tallies, bootstrap)
        rows = scores.methods.enumerated().map { index, method in
            func measure(_ value: Double?, _ results: [Double]) -> Measure? {
                value.map { Measure($0, interval: bootstrap.interval(of: results)) }
            }
            let overall = OverallScore.value(
                privacy: totals[index].privacy, utility: totals[index].utility, originalPrivacy: originalPrivacy)
            return Row(
                name: method.name, kind: method.kind, tally: totals[index],
                privacy: measure(totals[index].privacy, drawn.privacy[index]),
                utility: measure(totals[index].utility, drawn.utility[index]),
                overall: measure(overall, drawn.overall[index]), spans: method.spans,
                consistency: RunConsistency(method, of: scores))
        }
        textCount = scores.texts.count
        profileCount = profiles.count
        runCount = scores.methods.map(\.runs.count).max() ?? 1
        self.bootstrap = bootstrap
        self.notes = notes
    }
}

/// What the measures of every method come to in each draw, those that are nil left out. Of the draws themselves only one is
/// held at a time.
private struct DrawnMeasures {
    /// One list for each method.
    private(set) var privacy: [[Double]]
    private(set) var utility: [[Double]]
    private(set) var overall: [[Double]]

    /// - Parameter tallies: of each method, the original first, one for each profile.
    init(_ tallies: [[EvaluationTally]], _ bootstrap: Bootstrap) {
        privacy = Array(repeating: [], count: tallies.count)
        (utility, overall) = (privacy, privacy)
        for number in 0..<bootstrap.replicates {
            let draw = bootstrap.draw(number, of: tallies[0].count)
            var originalPrivacy: Double?
            for (index, parts) in tallies.enumerated() {
                let total = parts.total(of: draw)
                if index == 0 { originalPrivacy = total.privacy }
                if let value = total.privacy { privacy[index].append(value) }
                if let value = total.utility { utility[index].append(value) }
                let value = OverallScore.value(
                    privacy: total.privacy, utility: total.utility, originalPrivacy: originalPrivacy)
                if let value { overall[index].append(value) }
            }
        }
    }
}

extension Array where Element == EvaluationTally {
    var total: EvaluationTally { reduce(into: EvaluationTally()) { $0 += $1 } }

    /// The sum of the tallies at some places, of which one may come several times.
    func total(of places: [Int]) -> EvaluationTally { places.reduce(into: EvaluationTally()) { $0 += self[$1] } }
}
