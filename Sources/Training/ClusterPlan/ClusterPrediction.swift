/// What a plan expects of a number of hosts.
public struct ClusterPrediction: Sendable, Equatable {
    public var layout: RankLayout
    /// Tokens and rows of a step, on average.
    public var tokensPerStep = 0.0
    public var rowsPerStep = 0.0
    /// Ranks that have rows at all.
    public var busyRanks = 0.0
    /// The most tokens that a rank has of a step.
    public var largestShare = 0
    /// Seconds of a step, if every rank had as many tokens and was as fast as all others.
    public var computeSeconds = 0.0
    /// Seconds more because rows cannot be divided evenly.
    public var imbalanceSeconds = 0.0
    /// Seconds more because the slowest rank is waited for.
    public var stragglerSeconds = 0.0
    /// Seconds of communication: the sum of gradients, the values that come back, and sums of a few numbers.
    public var networkSeconds = 0.0
    /// Seconds of communication that no computing covers.
    public var exposedSeconds = 0.0
    /// A step's share of a checkpoint's seconds.
    public var checkpointSeconds = 0.0
    /// The peak of one rank, the base included.
    public var bytesPerRank = 0
    /// The peak of a host, on which the base lies once.
    public var bytesPerHost = 0
    public var wattsPerHost = 0.0
    /// Tokens of the whole run.
    public var totalTokens = 0.0

    public init(layout: RankLayout) { self.layout = layout }

    /// Seconds from one step to the next.
    public var stepSeconds: Double {
        computeSeconds + imbalanceSeconds + stragglerSeconds + exposedSeconds + checkpointSeconds
    }

    public var tokensPerSecond: Double { tokensPerStep / stepSeconds }

    /// The share of a step in which all ranks compute.
    public var efficiency: Double { computeSeconds / stepSeconds }

    /// Seconds of the whole run.
    public var seconds: Double { totalTokens / tokensPerSecond }

    public var days: Double { seconds / 86_400 }

    /// Energy of the whole run, in kWh: hosts draw as much while they wait as while they compute.
    public var kilowattHours: Double { seconds / 3600 * wattsPerHost / 1000 * Double(layout.hostCount) }
}
