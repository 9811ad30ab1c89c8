import Diagnostics
import Files
import Training

/// Who plays the roles of an evaluation: the content of the JSON file that `signet evaluate --models` takes.
///
/// Each role is laid out as in the config of a distillation. A role that is missing is not played: the files' own inferences
/// and judgements count, and guesses are compared by rules alone.
public struct EvaluationModels: Sendable, Equatable {
    /// `adversary`: infers attributes from every text.
    public var adversary: RoleConfiguration?
    /// `judge`: judges what is left of every text's usefulness.
    public var judge: RoleConfiguration?
    /// `equality_judge`: says whether a guess means the true value where the rules find none right.
    public var equalityJudge: RoleConfiguration?
    /// `parse_retries`: how many times a role is asked again, with the error, for an answer that can be read.
    public var parseRetries = 3
    /// `replies`: the file that keeps every reply, so that nothing is asked twice, in later evaluations neither.
    public var replies = "replies.journal"

    public init() {}

    static var format: ConfigFormat<Self> {
        .section(
            Self(),
            [
                ConfigField("adversary", \.adversary, RoleConfiguration.format.orNull),
                ConfigField("judge", \.judge, RoleConfiguration.format.orNull),
                ConfigField("equality_judge", \.equalityJudge, RoleConfiguration.format.orNull),
                ConfigField("parse_retries", \.parseRetries, .wholeNumber(in: 0...100)),
                ConfigField("replies", \.replies, .path()),
            ])
    }

    /// Reads the file. Relative paths are relative to its folder.
    ///
    /// - Throws: `InputError`: `.missingFile` where there is no such file, `.config` for everything else, naming the line
    ///   and key path, what was expected and what was found.
    public init(contentsOfFile path: String) throws(InputError) {
        let (models, root, place) = try ConfigFile(contentsOf: path).read(Self.format, overrides: [])
        self = models
        if root["replies"] == nil { replies = place.absolutePath(replies) }
        for (name, role) in [("adversary", adversary), ("judge", judge), ("equality_judge", equalityJudge)] {
            guard let role else { continue }
            if role.endpoint == nil, role.model == nil {
                throw place.inside(name).error(
                    "expected an endpoint or a model, found neither", line: root[name]?.line)
            }
            try role.refuseContradictions(in: root[name], place: place.inside(name))
        }
    }
}
