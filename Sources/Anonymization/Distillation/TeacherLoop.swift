import Tokenizers

/// Adversarial anonymization of one text: infer, rewrite with the inferences as feedback, judge, and again (Staab et al.,
/// "Language models are advanced anonymizers", ICLR 2025).
public struct TeacherLoop: Sendable {
    /// Why a text has no trajectory.
    public struct SetAside: Error, Sendable, Equatable {
        /// The role that gave no answer to go on with.
        public var role: Role
        /// Rewrites that were done before.
        public var round: Int
        /// What was expected and what was found. It may quote the answer.
        public var reason: String
    }

    private let anonymizer: RolePlayer
    private let adversary: RolePlayer
    private let judge: RolePlayer
    private let rounds: Int
    private let certainty: Int
    private let protected: Set<Attribute>

    /// - Parameters:
    ///   - rounds: the most times a text is rewritten.
    ///   - certainty: the least certainty of an inference that is fed back and reason to go on.
    ///   - attributes: those whose inferences are.
    public init(
        anonymizer: RolePlayer, adversary: RolePlayer, judge: RolePlayer, rounds: Int, certainty: Int,
        protecting attributes: Set<Attribute>
    ) {
        self.anonymizer = anonymizer
        self.adversary = adversary
        self.judge = judge
        self.rounds = rounds
        self.certainty = certainty
        protected = attributes
    }

    /// The text and its ever less revealing versions, with all that was inferred from each.
    ///
    /// It ends after `rounds` rewrites, where nothing is inferred that counts, or where the anonymizer changes nothing any
    /// more. Every judgement is against the original.
    ///
    /// - Throws: ``SetAside`` where a role gives no answer that can be read; what the models throw.
    public func trajectory(of source: SourceText) async throws -> Trajectory {
        var state = AnonymizationState(
            text: source.text, inferences: try await inferences(from: source.text, round: 0), judgement: .original)
        var states = [state]
        for round in 1...rounds {
            let counted = state.inferences.filter { $0.certainty >= certainty && protected.contains($0.attribute) }
            if counted.isEmpty { break }
            let text = try await rewritten(state, countedInferences: counted, round: round)
            // The same question would only get the same answer again.
            if text.isSameButForBlanks(as: state.text) { break }
            async let inferences = inferences(from: text, round: round)
            async let judgement = judgement(of: text, original: source.text, round: round)
            state = AnonymizationState(text: text, inferences: try await inferences, judgement: try await judgement)
            states.append(state)
        }
        return Trajectory(id: source.id, profile: source.profile, truth: source.truth, states: states)
    }

    private func rewritten(
        _ state: AnonymizationState, countedInferences: [Inference], round: Int
    ) async throws -> String {
        let messages = RolePrompt.anonymize(
            state.text, inferences: countedInferences, judgement: round == 1 ? nil : state.judgement,
            protecting: protected)
        return try await settingAside(.anonymizer, round - 1) {
            try await anonymizer.ask(messages, RoleReply.text(in:))
        }
    }

    private func inferences(from text: String, round: Int) async throws -> [Inference] {
        try await settingAside(.adversary, round) {
            try await adversary.ask(RolePrompt.infer(text), RoleReply.inferences(in:))
        }
    }

    private func judgement(of text: String, original: String, round: Int) async throws -> UtilityJudgement {
        try await settingAside(.judge, round) {
            try await judge.ask(RolePrompt.judge(original: original, adapted: text), RoleReply.judgement(in:))
        }
    }

    private func settingAside<Value>(
        _ role: Role, _ round: Int, _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as ReplyError {
            throw SetAside(role: role, round: round, reason: error.description)
        }
    }
}
