import Training

/// Everything a distillation is told: the content of the JSON file that `signet distill --config` takes.
///
/// Properties are named as the keys of the file, in camel case, and keep their defaults. Paths are absolute once read from
/// a file.
public struct DistillConfiguration: Sendable, Equatable {
    /// `texts`: a file of texts in any format that ``SourceReader`` recognises.
    public var texts: String
    /// `anonymizer`: rewrites texts.
    public var anonymizer = RoleConfiguration()
    /// `adversary`: infers attributes. Without endpoint and model it is the anonymizer's.
    public var adversary = RoleConfiguration()
    /// `judge`: judges what is left of a text's usefulness. Without endpoint and model it is the anonymizer's.
    public var judge = RoleConfiguration()
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
                ConfigField("anonymizer", \.anonymizer, RoleConfiguration.format, isRequired: true),
                ConfigField("adversary", \.adversary, RoleConfiguration.format),
                ConfigField("judge", \.judge, RoleConfiguration.format),
                ConfigField("rounds", \.rounds, .wholeNumber(in: 1...100)),
                ConfigField("certainty", \.certainty, .wholeNumber(in: 1...5)),
                ConfigField("protect", \.protect, .oneOrMore(of: Attribute.allCases)),
                ConfigField("parse_retries", \.parseRetries, .wholeNumber(in: 0...100)),
                ConfigField("output_dir", \.outputDir, .path(), changesResult: false),
            ])
    }
}
