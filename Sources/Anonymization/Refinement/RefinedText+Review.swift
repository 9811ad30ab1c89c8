extension RefinedText {
    /// - Parameter rounds: the original, and then one version a round.
    init(rounds: [Round], settings: RefinementSettings) {
        self.rounds = rounds
        let last = rounds[rounds.count - 1].state
        var reasons: [ReviewReason] = []
        if rounds[0].failure != nil { reasons.append(.notExamined) }
        for (number, round) in rounds.enumerated() {
            if let failure = round.failure { reasons.append(.lostRound(number, failure)) }
        }
        let inferable = settings.counted(last.inferences)
        if !inferable.isEmpty { reasons.append(.stillInferable(inferable)) }
        if last.judgement.utility < settings.utilityFloor {
            reasons.append(.lowUtility(last.judgement.utility, floor: settings.utilityFloor))
        }
        if last.judgement.hallucination.score == 0 { reasons.append(.invention) }
        let ratio = Double(last.text.count) / Double(max(1, rounds[0].state.text.count))
        if !(RefinementSettings.lengthRatios ~= ratio) { reasons.append(.length(ratio: ratio)) }
        reviewReasons = reasons
    }

    /// A text of nothing but blanks, which is not refined.
    init(empty text: String) {
        rounds = [Round(AnonymizationState(text: text, inferences: [], judgement: .original))]
        reviewReasons = [.emptyText]
    }
}
