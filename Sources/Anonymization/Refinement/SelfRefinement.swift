import Tensors

/// Self-refinement at use (SEAL, section 3): P_t = infer(x_t), U_t = judge(x_0, x_t), x_{t+1} = anonymize(x_t, P_t, U_t), for
/// some rounds or until nothing that counts is inferred any more. At temperature 0 it also ends with a rewriting that leaves
/// the text as it is.
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
            state.inferences = try await inferences(from: text, call(.adversary, of: text, round: 0))
            rounds.append(.init(state))
        } catch let failure as RoundFailure {
            rounds.append(.init(state, failure: failure))
        }
        while rounds.count <= settings.rounds, !settings.counted(state.inferences).isEmpty {
            do {
                let refined = try await next(state, original: text, round: rounds.count)
                rounds.append(.init(refined))
                // The likeliest answer to the same question is the same again.
                if settings.temperature == 0, refined.text == state.text { break }
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
        var rewriting = call(.anonymizer, of: original, round: round)
        // A token stands for at least a byte, so a longer answer would be much longer than its text.
        rewriting.maxTokens = min(settings.maxTokens, state.text.utf8.count + 64)
        let text = try await rewriting.answer(anonymizer, messages, RoleReply.text(in:))
        // What was said of the same text still holds.
        if text == state.text { return state }
        async let inferences = inferences(from: text, call(.adversary, of: original, round: round))
        async let judgement = call(.judge, of: original, round: round).answer(
            judge, RolePrompt.judge(original: original, adapted: text), RoleReply.judgement(in:))
        return try await AnonymizationState(text: text, inferences: inferences, judgement: judgement)
    }

    private func inferences(from text: String, _ call: RoleCall) async throws -> [Inference] {
        try await call.answer(adversary, RolePrompt.infer(text), RoleReply.inferences(in:))
    }

    private func call(_ role: Role, of text: String, round: Int) -> RoleCall {
        RoleCall(role: role, key: RandomKey(of: text, seed: settings.seed).folding(round), settings: settings)
    }
}
