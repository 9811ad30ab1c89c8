import Distributed
import Tensors

/// A run of many ranks, predicted from what one rank does and what the network does.
///
/// A step lasts as long as its slowest rank computes, and as long as the sum of gradients takes that is not over when the
/// backward passes are, and then until all ranks have the values that each has updated a part of; what is waited for before a
/// checkpoint is shared among the steps between them.
public struct ClusterPlan: Sendable {
    public var model: PlannedModel
    public var workload: ClusterWorkload
    public var rate: ComputeRate
    public var network: ClusterNetwork
    /// Between ranks of one host.
    public var localNetwork = ClusterNetwork.memory
    public var ranksPerHost = 1
    /// What gradients are sent as.
    public var gradientType = DType.float32
    /// Rows of a step for each rank, where steps grow with the number of ranks; nil keeps the workload's steps.
    public var rowsPerRank: Int?
    public var saveSteps = 50
    /// Bytes/s at which rank 0 copies what a checkpoint is written from, while all ranks wait.
    public var copyBandwidth = 1e10
    public var wattsPerHost = 350.0

    public init(_ model: PlannedModel, _ workload: ClusterWorkload, _ rate: ComputeRate, _ network: ClusterNetwork) {
        self.model = model
        self.workload = workload
        self.rate = rate
        self.network = network
    }

    /// Bytes of the gradients that every rank brings to a step.
    public var gradientBytes: Double { Double(model.parameterCount * gradientType.byteCount) }

    /// Bytes of the adapters' values, which every rank gets from those that updated them.
    var valueBytes: Double { Double(model.parameterCount * DType.float32.byteCount) }

    /// Bytes of what a checkpoint is written from: the values and two moments.
    var checkpointBytes: Double { 3 * valueBytes }

    /// The share of a rank's time for a stream that its backward pass takes: all of its products are made once in each
    /// direction.
    static let backwardShare = 0.5

    /// Sums of a few numbers in every step, each of which all ranks wait for.
    static let smallSums = 3.0

    /// What is to be expected of a number of hosts.
    public func prediction(hosts: Int) -> ClusterPrediction {
        let layout = RankLayout(hostCount: hosts, ranksPerHost: ranksPerHost)
        let steps = steps(ranks: layout.rankCount)
        let sum = layout.exchangeSeconds(
            bytes: gradientBytes, pieces: ParameterShards.bucketLimit, network: network, memory: localNetwork)
        let gather = layout.exchangeSeconds(bytes: valueBytes, network: network, memory: localNetwork)
        let small = Self.smallSums * layout.smallSumSeconds(network: network, memory: localNetwork)
        var result = ClusterPrediction(layout: layout)
        result.networkSeconds = sum + gather + small
        let moments = layout.collectSeconds(bytes: 2 * valueBytes, network: network, memory: localNetwork)
        result.checkpointSeconds = (moments + checkpointBytes / copyBandwidth) / Double(saveSteps)
        for step in steps {
            let shares = rowShares(of: step, ranks: layout.rankCount).map(Double.init)
            let (all, most) = (shares.reduce(0, +), shares.max()!)
            let balanced = all / Double(layout.rankCount) / rate.tokensPerSecond
            let largest = most / rate.tokensPerSecond
            let slowest = expectedMaximum(of: shares.map { $0 / rate.tokensPerSecond }, deviation: rate.deviation)
            let weight = 1 / Double(steps.count)
            result.tokensPerStep += weight * all
            result.rowsPerStep += weight * Double(step.count)
            result.busyRanks += weight * Double(shares.count { $0 > 0 })
            result.largestShare = max(result.largestShare, Int(most))
            result.computeSeconds += weight * balanced
            result.imbalanceSeconds += weight * (largest - balanced)
            result.stragglerSeconds += weight * (slowest - largest)
            result.exposedSeconds += weight * (gather + small + exposed(sum, most: most))
        }
        let memory = model.memory(tokens: result.largestShare, workload, layout)
        result.bytesPerRank = memory.peakBytes
        result.bytesPerHost = memory.hostPeakBytes
        result.wattsPerHost = wattsPerHost
        result.totalTokens = workload.totalTokens
        return result
    }

    /// Seconds of the sum of gradients that no computing covers: all but what fits into the last stream's backward pass,
    /// and at least the bucket whose gradients come last.
    private func exposed(_ sum: Double, most: Double) -> Double {
        let stream = min(most, Double(MicroBatch.streamTokens)) / rate.tokensPerSecond
        let buckets = Double(ParameterShards.bucketLimit)
        return max(sum - stream * Self.backwardShare * (buckets - 1) / buckets, sum / buckets)
    }

    /// Tokens of the rows of some steps.
    private func steps(ranks: Int) -> [[Int]] {
        guard let rowsPerRank else { return workload.steps }
        let rows = Array(workload.steps.joined())
        return [(0..<rowsPerRank * ranks).map { rows[$0 % rows.count] }]
    }
}

/// The tokens that each rank computes of a step, divided as a run divides them where all tokens cost the same.
func rowShares(of rows: [Int], ranks: Int) -> [Int] {
    balancedShares(rows, rankCount: ranks).map { $0.reduce(0) { $0 + rows[$1] } }
}
