/// s = (x, P, U): a text, what an adversary infers from it, and how useful it still is.
public struct AnonymizationState: Sendable, Equatable {
    /// x
    public var text: String
    /// P, at most one for each attribute.
    public var inferences: [Inference]
    /// U, the judgement against the original.
    public var judgement: UtilityJudgement

    public init(text: String, inferences: [Inference], judgement: UtilityJudgement) {
        self.text = text
        self.inferences = inferences
        self.judgement = judgement
    }
}

/// τ = (s₀ … s_T): a text and its ever less revealing versions.
public struct Trajectory: Sendable, Equatable {
    /// Names the text.
    public var id: String
    /// Names the author. All texts of a profile are trained on or held out together.
    public var profile: String
    /// What is true of the author, where it is known.
    public var truth: [Attribute: String]
    /// s₀ is the original. Never empty.
    public var states: [AnonymizationState]

    public init(id: String, profile: String, truth: [Attribute: String] = [:], states: [AnonymizationState]) {
        self.id = id
        self.profile = profile
        self.truth = truth
        self.states = states
    }
}
