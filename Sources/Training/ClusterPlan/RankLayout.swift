import Foundation

/// How the ranks of a run lie on hosts: as many on each.
public struct RankLayout: Sendable, Equatable {
    public var hostCount: Int
    public var ranksPerHost: Int

    public var rankCount: Int { hostCount * ranksPerHost }

    public init(hostCount: Int, ranksPerHost: Int) {
        self.hostCount = hostCount
        self.ranksPerHost = ranksPerHost
    }

    /// Seconds in which every rank gets its part of the sum of all ranks' vectors (reduce-scatter), or all ranks the whole of
    /// a vector of which each has a part (all-gather).
    ///
    /// Each of N ranks sends every other one N-th of the bytes: (N−1)(α + bytes/(N·β)) with one rank a host. Ranks of one
    /// host share its way out, and reach each other through memory.
    ///
    /// - Parameters:
    ///   - bytes: of a whole vector.
    ///   - pieces: that it is exchanged in, one after the other; each costs an α.
    public func exchangeSeconds(
        bytes: Double, pieces: Int = 1, network: ClusterNetwork, memory: ClusterNetwork = .memory
    ) -> Double {
        let part = bytes / Double(rankCount)
        let (outside, inside) = (Double(rankCount - ranksPerHost), Double(ranksPerHost - 1))
        let (slow, fast) = (Double(pieces) * network.latency, Double(pieces) * memory.latency)
        return outside * (slow + Double(ranksPerHost) * part / network.bandwidth)
            + inside * (fast + part / memory.bandwidth)
    }

    /// Seconds in which rank 0 gets the whole of a vector of which each rank has a part.
    public func collectSeconds(
        bytes: Double, network: ClusterNetwork, memory: ClusterNetwork = .memory
    ) -> Double {
        let part = bytes / Double(rankCount)
        return Double(rankCount - ranksPerHost) * network.seconds(bytes: part)
            + Double(ranksPerHost - 1) * memory.seconds(bytes: part)
    }

    /// Seconds of a sum of a few numbers: up a binary tree and down again.
    public func smallSumSeconds(network: ClusterNetwork, memory: ClusterNetwork = .memory) -> Double {
        func depth(_ count: Int) -> Double { log2(Double(count)).rounded(.up) }
        return 2 * (depth(hostCount) * network.latency + depth(ranksPerHost) * memory.latency)
    }
}
