/// Texts and what every method has made of them.
public struct EvaluationSet: Sendable, Equatable {
    /// A text as a method left it.
    public struct Version: Sendable, Equatable {
        public var text: String
        /// What an adversary infers from it; nil where none has tried.
        public var inferences: [Inference]?
        /// Nil where it was not judged.
        public var judgement: UtilityJudgement?
        /// What its masks stand for in the original; nil where that has to be found by comparing the texts.
        public var masks: [EntitySpan]?

        public init(
            text: String, inferences: [Inference]? = nil, judgement: UtilityJudgement? = nil,
            masks: [EntitySpan]? = nil
        ) {
            self.text = text
            self.inferences = inferences
            self.judgement = judgement
            self.masks = masks
        }

        public init(_ state: AnonymizationState) {
            self.init(text: state.text, inferences: state.inferences, judgement: state.judgement)
        }
    }

    /// A text and what is known about it.
    public struct Text: Sendable, Equatable {
        public var id: String
        public var profile: String
        public var original: String
        /// The true values of the attributes that the text gives away.
        public var truth: [Attribute: String]
        /// What a mask has to cover; nil where nobody has marked it.
        public var spans: [EntitySpan]?

        public init(
            id: String, profile: String, original: String, truth: [Attribute: String], spans: [EntitySpan]? = nil
        ) {
            self.id = id
            self.profile = profile
            self.original = original
            self.truth = truth
            self.spans = spans
        }
    }

    /// The name of the method that leaves every text as it is.
    static let identityName = "Identity"

    /// A way to anonymize, and what came out of it.
    public struct Method: Sendable, Equatable {
        public var name: String
        public var kind: Kind
        /// One list of versions a run, each in the order of the texts. At least one.
        public var runs: [[Version]]

        public enum Kind: String, Sendable {
            case original, baseline, iteration
        }

        public init(name: String, kind: Kind, runs: [[Version]]) {
            self.name = name
            self.kind = kind
            self.runs = runs
        }
    }

    public var texts: [Text]
    /// The first is the original.
    public var methods: [Method]

    public init(texts: [Text], methods: [Method]) {
        self.texts = texts
        self.methods = methods
    }
}
