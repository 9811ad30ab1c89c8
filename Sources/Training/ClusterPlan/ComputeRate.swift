/// How fast one rank trains, and how evenly.
public struct ComputeRate: Sendable, Equatable {
    /// Tokens/s of one rank that computes alone.
    public var tokensPerSecond: Double
    /// The standard deviation of a rank's time for the same work, over its mean.
    public var deviation: Double
    /// Where the figures come from.
    public var source: String

    /// - Parameters:
    ///   - tokensPerSecond: of one rank that computes alone.
    ///   - deviation: the standard deviation of its time for the same work, over the mean: from 0 to 0.1.
    ///   - source: where the figures come from.
    public init(tokensPerSecond: Double, deviation: Double, source: String) {
        self.tokensPerSecond = tokensPerSecond
        self.deviation = deviation
        self.source = source
    }

    /// The largest deviation that a plan can count with.
    static let largestDeviation = 0.1

    /// Operations/s of needed arithmetic on one core in a QLoRA step of Llama-3.1-8B's shape, as README.md has it.
    public static let recordedOperationsPerCore = 409e9

    /// The rate of a rank with some cores of the kind that README.md's figures were measured on.
    public init(_ model: PlannedModel, _ workload: ClusterWorkload, coresPerRank: Double, deviation: Double) {
        let operations = model.operationsPerToken(workload)
        self.init(
            tokensPerSecond: Self.recordedOperationsPerCore * coresPerRank / operations, deviation: deviation,
            source:
                "\((Self.recordedOperationsPerCore / 1e9).planText) GFLOP/s a core as measured on an AMD EPYC of the Zen 5 kind, every core adding as much, over "
                + "\((operations / 1e9).planText) GFLOP a token")
    }
}
