import Files
import Tensors
import Tokenizers

/// Self-refinement at use (SEAL, section 3): P_t = infer(x_t), U_t = judge(x_0, x_t), x_{t+1} = anonymize(x_t, P_t, U_t), for
/// some rounds or until nothing that counts is inferred any more. A rewriting that changes nothing but blanks leaves the text
/// as it is; at temperature 0 it also ends the refinement.
///
/// A round of which any answer cannot be read, after some more tries with other seeds, is lost: it keeps the text, P and U
/// of the round before. A result depends on the settings and the text alone, not on what is refined beside it.
public struct SelfRefinement: Sendable {
    public let anonymizer: any ChatModel
    public let adversary: any ChatModel
    public let judge: any ChatModel
    public let settings: RefinementSettings

    /// Three models, one for each role.
    public init(
        anonymizer: any ChatModel, adversary: any ChatModel, judge: any ChatModel,
        settings: RefinementSettings = RefinementSettings()
    ) {
        self.anonymizer = anonymizer
        self.adversary = adversary
        self.judge = judge
        self.settings = settings
    }

    /// One model in all three roles.
    public init(_ model: any ChatModel, settings: RefinementSettings = RefinementSettings()) {
        self.init(anonymizer: model, adversary: model, judge: model, settings: settings)
    }

    /// Refines a text. Many texts at once are refined sooner than one after the other.
    ///
    /// - Throws: what a model throws, but for `ChatRefusal`, by which a round is lost.
    public func refine(_ text: String) async throws -> RefinedText {
        guard text.contains(where: { !$0.isWhitespace }) else { return RefinedText(empty: text) }
        var state = AnonymizationState(text: text, inferences: [], judgement: .original)
        var rounds: [RefinedText.Round] = []
        do {
            state.inferences = try await inferences(from: text, original: text, round: 0)
            rounds.append(.init(state))
        } catch let failure as RoundFailure {
            rounds.append(.init(state, failure: failure))
        }
        while rounds.count <= settings.rounds, !settings.counted(state.inferences).isEmpty {
            do {
                let refined = try await next(state, original: text, round: rounds.count)
                rounds.append(.init(refined))
                // The likeliest answer to the same question is the same again.
                if settings.answers.temperature == 0, refined.text == state.text { break }
                state = refined
            } catch let failure as RoundFailure {
                rounds.append(.init(state, failure: failure))
            }
        }
        return RefinedText(rounds: rounds, settings: settings)
    }

    private func next(_ state: AnonymizationState, original: String, round: Int) async throws -> AnonymizationState {
        let messages = RolePrompt.anonymize(
            state.text, inferences: settings.counted(state.inferences),
            judgement: state.text == original ? nil : state.judgement, protecting: settings.protected)
        let text = try await answer(.anonymizer, anonymizer, messages, original, round, RoleReply.text(in:))
        // What was said of the same words still holds.
        if text.isSameButForBlanks(as: state.text) { return state }
        async let inferences = inferences(from: text, original: original, round: round)
        async let judgement = answer(
            .judge, judge, RolePrompt.judge(original: original, adapted: text), original, round,
            RoleReply.judgement(in:))
        return try await AnonymizationState(text: text, inferences: inferences, judgement: judgement)
    }

    private func inferences(from text: String, original: String, round: Int) async throws -> [Inference] {
        try await answer(.adversary, adversary, RolePrompt.infer(text), original, round, RoleReply.inferences(in:))
    }

    /// - Throws: `RoundFailure` where no answer can be read or the model refuses; what the model throws otherwise.
    private func answer<Value>(
        _ role: Role, _ model: any ChatModel, _ messages: [ChatMessage], _ original: String, _ round: Int,
        _ read: (String) throws(ReplyError) -> Value
    ) async throws -> Value {
        let key = RandomKey(of: original, seed: settings.answers.seed).folding(round)
            .folding(Role.allCases.firstIndex(of: role) ?? 0)
        do {
            return try await settings.answers.player(model, key: key).ask(messages, read)
        } catch let error as ReplyError {
            throw RoundFailure(role, reason: error.description)
        }
    }
}

extension SelfRefinement: TextAnonymizer {
    public func anonymize(_ text: String) async throws -> RefinedText { try await refine(text) }

    public func jsonLine(of result: RefinedText, _ record: TextRecord) -> String {
        result.json(of: record, protected: settings.protected).compactText
    }
}
