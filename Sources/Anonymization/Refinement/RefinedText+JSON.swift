import Files

extension RefinedText {
    /// The refined text as one object: the record's own fields but for its text, then `protect`, `rounds`, `text` and
    /// `needs_review`. A round is laid out as a state of a trajectory, with `diff` behind every version but the first and
    /// `failure` where it was lost.
    package func json(of record: TextRecord, protected: Set<Attribute>) -> JSONValue {
        let own = record.fields.filter { !Self.ownKeys.contains($0.key) }
        return .object(
            [.init("id", .string(record.id))] + own + [
                .init("protect", .strings(protected.sorted().map(\.rawValue))),
                .init("rounds", .array(rounds.indices.map(json(ofRound:)))), .init("text", .string(text)),
                .init("needs_review", .strings(reviewReasons.map(\.description))),
            ])
    }

    /// Fields that a refined text brings itself, and one that would be read in the place of `rounds`.
    private static let ownKeys: Set<String> = ["id", "text", "rounds", "texts", "protect", "needs_review"]

    private func json(ofRound number: Int) -> JSONValue {
        let round = rounds[number]
        var members = round.state.json.members ?? []
        if number > 0 {
            let previous = WordDifference(from: rounds[number - 1].state.text, to: round.state.text)
            let original = WordDifference(from: self.original, to: round.state.text)
            members.append(
                .init("diff", .object([.init("previous", previous.json), .init("original", original.json)])))
        }
        if let failure = round.failure {
            members.append(
                .init(
                    "failure",
                    .object([.init("role", .string(failure.role.rawValue)), .init("reason", .string(failure.reason))])))
        }
        return .object(members)
    }
}
