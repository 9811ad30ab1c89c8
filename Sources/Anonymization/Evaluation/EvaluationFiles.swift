/// The files that a set is made from.
public struct EvaluationFiles: Sendable, Equatable {
    /// Trajectories, what refinement writes, or what masking writes: one file for each run over the same texts.
    public var results: [String]
    /// What other methods have made of the same texts: trajectories, of which the last version counts, or texts by their id.
    public var baselines: [(name: String, path: String)]
    /// Texts by their id with what is true and what is to be masked; nil where the results say what is true themselves.
    public var gold: String?
    /// The least certainty with which a label counts.
    public var certainty: Int

    public init(
        results: [String], baselines: [(name: String, path: String)] = [], gold: String? = nil, certainty: Int = 3
    ) {
        self.results = results
        self.baselines = baselines
        self.gold = gold
        self.certainty = certainty
    }

    public static func == (first: EvaluationFiles, second: EvaluationFiles) -> Bool {
        first.results == second.results && first.gold == second.gold && first.certainty == second.certainty
            && first.baselines.elementsEqual(second.baselines, by: ==)
    }
}
