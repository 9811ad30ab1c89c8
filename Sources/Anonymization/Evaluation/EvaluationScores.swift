/// A set's outcomes, from which all measures are computed.
public struct EvaluationScores: Sendable {
    /// What came out for a text under one method in one run.
    struct Outcome: Sendable, Equatable {
        var text: String
        /// Whether the first guess is right, for each attribute that the text gives away; nil where nothing was inferred.
        var isRight: [Attribute: Bool]?
        var judgement: UtilityJudgement?
    }

    struct Method: Sendable {
        var name: String
        var kind: EvaluationSet.Method.Kind
        /// One list of outcomes a run, each in the order of the texts.
        var runs: [[Outcome]]
        /// Nil where no mask is in any text, or the texts have no gold spans.
        var spans: SpanScores?
    }

    let texts: [EvaluationSet.Text]
    let methods: [Method]

    /// - Parameter equalities: guesses that a model finds to mean the true value.
    init(_ set: EvaluationSet, equalities: Set<GuessQuestion> = []) {
        texts = set.texts
        methods = set.methods.map { method in
            let runs = method.runs.map { run in
                zip(run, set.texts).map { version, text in
                    Outcome(
                        text: version.text,
                        isRight: version.inferences.map { Self.isRight($0, text.truth, equalities) },
                        judgement: version.judgement)
                }
            }
            return Method(
                name: method.name, kind: method.kind, runs: runs, spans: Self.spanScores(method, of: set.texts))
        }
    }

    private static func isRight(
        _ inferences: [Inference], _ truth: [Attribute: String], _ equalities: Set<GuessQuestion>
    ) -> [Attribute: Bool] {
        let open = Set(GuessQuestion.open(inferences, truth))
        var isRight: [Attribute: Bool] = [:]
        for (attribute, value) in truth {
            guard let first = inferences.first(where: { $0.attribute == attribute })?.guesses.first else {
                isRight[attribute] = false
                continue
            }
            let question = GuessQuestion(attribute: attribute, truth: value, guess: first)
            isRight[attribute] =
                GuessRule.isRight(first, attribute, truth: value)
                || open.contains(question) && equalities.contains(question)
        }
        return isRight
    }

    private static func spanScores(
        _ method: EvaluationSet.Method, of texts: [EvaluationSet.Text]
    ) -> SpanScores? {
        guard texts.contains(where: { $0.spans != nil }) else { return nil }
        var scores = SpanScores()
        var isMasked = false
        for run in method.runs {
            for (version, text) in zip(run, texts) {
                guard let gold = text.spans else { continue }
                let predicted =
                    version.masks ?? MaskedText.spans(of: version.text, in: text.original, expecting: gold)
                isMasked = isMasked || !predicted.isEmpty
                scores.count(predicted: predicted, gold: gold)
            }
        }
        return isMasked ? scores : nil
    }

    /// A method's sums over all its runs, a tally a profile.
    ///
    /// What only some texts have been measured on is left out: it could not be compared.
    func tallies(of method: Method, profiles: [String]) -> [EvaluationTally] {
        let places = Dictionary(profiles.enumerated().map { ($1, $0) }) { first, _ in first }
        var tallies = [EvaluationTally](repeating: EvaluationTally(), count: profiles.count)
        let isInferred = method.runs.joined().allSatisfy { $0.isRight != nil }
        let isJudged = method.runs.joined().allSatisfy { $0.judgement != nil }
        for run in method.runs {
            for (outcome, text) in zip(run, texts) {
                guard let place = places[text.profile] else { continue }
                if isInferred {
                    for (attribute, isRight) in outcome.isRight ?? [:] {
                        tallies[place].count(attribute, isRight: isRight)
                    }
                }
                if isJudged, let judgement = outcome.judgement { tallies[place].count(judgement) }
            }
        }
        return tallies
    }
}
