import ChatEndpoints
import Training

/// Everything a distillation is told: the content of the JSON file that `signet distill --config` takes.
///
/// Properties are named as the keys of the file, in camel case, and keep their defaults. Paths are absolute once read from
/// a file.
public struct DistillConfiguration: Sendable, Equatable {
    /// One of the three roles: who plays it, and how its answers are drawn.
    public struct Role: Sendable, Equatable {
        /// `endpoint`: an OpenAI-compatible endpoint.
        public var endpoint: EndpointConfiguration?
        /// `model`: a model of ours.
        public var model: TrainConfiguration.Model?
        /// `adapter_path`: a PEFT adapter folder for that model; nil: none.
        public var adapterPath: String?
        /// `temperature`: divides the logits; 0 always takes the most probable token.
        public var temperature = 0.0
        /// `top_p`: draw from the fewest most probable tokens that together reach this probability.
        public var topP = 1.0
        /// `max_tokens`: the most tokens of an answer.
        public var maxTokens = 1024
        /// `seed`: what draws depend on.
        public var seed = 0

        /// A role that the anonymizer's endpoint or model plays too.
        public init() {}
    }

    /// `texts`: a file of texts in any format that ``SourceReader`` recognises.
    public var texts: String
    /// `anonymizer`: rewrites texts.
    public var anonymizer = Role()
    /// `adversary`: infers attributes. Without endpoint and model it is the anonymizer's.
    public var adversary = Role()
    /// `judge`: judges what is left of a text's usefulness. Without endpoint and model it is the anonymizer's.
    public var judge = Role()
    /// `rounds`: the most times a text is rewritten.
    public var rounds = 3
    /// `certainty`: inferences that are less certain than this are neither fed back nor a reason to go on.
    public var certainty = 3
    /// `protect`: the attributes that count.
    public var protect = Attribute.allCases
    /// `parse_retries`: how many times a role is asked again, with the error, for an answer that can be read.
    public var parseRetries = 3
    /// `output_dir`: the folder the run writes to.
    public var outputDir = "Checkpoints/distill"

    /// - Parameter texts: a file of texts.
    public init(texts: String) {
        self.texts = texts
    }
}

extension DistillConfiguration {
    static var format: ConfigFormat<Self> {
        .section(
            DistillConfiguration(texts: ""),
            [
                ConfigField("texts", \.texts, .path(), isRequired: true, changesResult: false),
                ConfigField("anonymizer", \.anonymizer, Role.format, isRequired: true),
                ConfigField("adversary", \.adversary, Role.format),
                ConfigField("judge", \.judge, Role.format),
                ConfigField("rounds", \.rounds, .wholeNumber(in: 1...100)),
                ConfigField("certainty", \.certainty, .wholeNumber(in: 1...5)),
                ConfigField("protect", \.protect, .oneOrMore(of: Attribute.allCases)),
                ConfigField("parse_retries", \.parseRetries, .wholeNumber(in: 0...100)),
                ConfigField("output_dir", \.outputDir, .path(), changesResult: false),
            ])
    }
}

extension DistillConfiguration.Role {
    static var format: ConfigFormat<Self> {
        .section(
            Self(),
            [
                ConfigField("endpoint", \.endpoint, EndpointConfiguration.format.orNull),
                ConfigField("model", \.model, TrainConfiguration.Model.format.orNull),
                ConfigField("adapter_path", \.adapterPath, ConfigFormat.path().orNull),
                ConfigField("temperature", \.temperature, .nonNegative()),
                ConfigField("top_p", \.topP, .number("above 0 and at most 1") { $0 > 0 && $0 <= 1 }),
                ConfigField("max_tokens", \.maxTokens, .wholeNumber(atLeast: 1)),
                ConfigField("seed", \.seed, .wholeNumber(atLeast: 0)),
            ])
    }
}
