/// How alike several runs of a method with different seeds are.
public struct RunConsistency: Sendable, Equatable {
    /// A measure over the runs.
    public struct Spread: Sendable, Equatable {
        public let mean: Double
        /// Of a sample: the sum of squares is divided by one less than the number of runs.
        public let standardDeviation: Double
        public let range: ClosedRange<Double>

        /// Nil for fewer than two values, and where one is missing.
        init?(_ values: [Double?]) {
            let known = values.compactMap { $0 }
            guard known.count > 1, known.count == values.count, let least = known.min(), let most = known.max() else {
                return nil
            }
            let mean = known.reduce(0, +) / Double(known.count)
            self.mean = mean
            let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            standardDeviation = (squares / Double(known.count - 1)).squareRoot()
            range = least...most
        }
    }

    public let privacy: Spread?
    public let utility: Spread?
    public let overall: Spread?
    /// The share of the labels at which the adversary's first guess is right in all runs or in none; nil without labels.
    public let labelAgreement: Double?
    /// The share of the texts that all runs have left the same.
    public let identicalTexts: Double

    /// Nil for a method with one run.
    init?(_ method: EvaluationScores.Method, of scores: EvaluationScores) {
        guard method.runs.count > 1, !scores.texts.isEmpty else { return nil }
        let tallies = scores.runTallies(of: method)
        privacy = Spread(tallies.map(\.privacy))
        utility = Spread(tallies.map(\.utility))
        // Each run is held against what was inferred from the originals in the same run.
        let originals = scores.runTallies(of: scores.methods[0]).map(\.privacy)
        overall = Spread(
            tallies.enumerated().map { index, tally in
                OverallScore.value(
                    privacy: tally.privacy, utility: tally.utility,
                    originalPrivacy: originals.count == tallies.count ? originals[index] : originals[0])
            })
        var (agreed, labels, identical) = (0, 0, 0)
        for index in scores.texts.indices {
            let outcomes = method.runs.map { $0[index] }
            if outcomes.allSatisfy({ $0.text == outcomes[0].text }) { identical += 1 }
            for (attribute, isRight) in outcomes[0].isRight ?? [:] {
                labels += 1
                if outcomes.allSatisfy({ $0.isRight?[attribute] == isRight }) { agreed += 1 }
            }
        }
        labelAgreement = labels == 0 ? nil : Double(agreed) / Double(labels)
        identicalTexts = Double(identical) / Double(scores.texts.count)
    }
}

extension EvaluationScores {
    /// A method's sums in each of its runs.
    fileprivate func runTallies(of method: Method) -> [EvaluationTally] {
        let profiles = Set(texts.map(\.profile)).sorted()
        return method.runs.map { run in
            var single = method
            single.runs = [run]
            return tallies(of: single, profiles: profiles).total
        }
    }
}
