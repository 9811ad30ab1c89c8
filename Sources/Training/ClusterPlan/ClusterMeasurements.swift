import Diagnostics
import Files
import Foundation

/// Step times that were measured, to fit a plan to and to hold it against.
public struct ClusterMeasurements: Sendable, Equatable {
    /// One arrangement of ranks.
    public struct Point: Sendable, Equatable {
        public var name: String
        public var layout: RankLayout
        /// nil where all ranks were on one host.
        public var network: ClusterNetwork?
        /// Seconds from one step to the next, on average, without saves.
        public var stepSeconds: Double
    }

    public var points: [Point]
    /// Between ranks of one host, as measured.
    public var localNetwork: ClusterNetwork
    /// The standard deviation of one rank's steps over their mean, cut to what a plan can count with.
    public var deviation: Double

    /// Reads a file such as `{"memory": "2us,4GB/s", "deviation": 0.01, "points": [{"name": "two hosts", "nodes": 2,
    /// "ranks_per_node": 1, "network": "30us,1.1GB/s", "step_seconds": 1.5}]}`.
    ///
    /// - Throws: `InputError` naming what is wrong; one point has to be of one rank.
    public init(contentsOfFile path: String) throws(InputError) {
        let root = try JSONNode(contentsOf: URL(fileURLWithPath: path))
        localNetwork = try ClusterNetwork(root.required("memory"))
        let deviationNode = try root.required("deviation")
        let measured = try deviationNode.double
        guard measured >= 0 else {
            throw InputError(.data, at: deviationNode.place, "expected a number of at least 0, found \(measured)")
        }
        deviation = min(measured, ComputeRate.largestDeviation)
        points = []
        for node in try root.required("points").elements() {
            let layout = RankLayout(
                hostCount: try node.required("nodes").integer, ranksPerHost: try node.required("ranks_per_node").integer
            )
            let seconds = try node.required("step_seconds").double
            guard layout.hostCount > 0, layout.ranksPerHost > 0, seconds > 0 else {
                throw InputError(.data, at: node.place, "expected counts and seconds above 0")
            }
            let network = try node.member("network")
            points.append(
                Point(
                    name: try node.required("name").string, layout: layout,
                    network: try network.map { node throws(InputError) in try ClusterNetwork(node) },
                    stepSeconds: seconds))
        }
        guard points.contains(where: { $0.layout.rankCount == 1 }) else {
            throw InputError(.data, at: path, "expected a point of one rank, found none")
        }
    }

    /// What one rank does, so that the plan's step is the one that was measured.
    public func rate(_ workload: ClusterWorkload) -> ComputeRate {
        let alone = points.first { $0.layout.rankCount == 1 }!
        return ComputeRate(
            tokensPerSecond: workload.tokensPerStep / alone.stepSeconds, deviation: deviation,
            source: "measured: \(alone.name), \(alone.stepSeconds.planText) s a step")
    }
}

extension ClusterNetwork {
    fileprivate init(_ node: JSONNode) throws(InputError) {
        try self.init(parsing: node.string, at: node.place, exitCode: .data)
    }
}

extension ClusterPlan {
    /// What the plan, fitted to one measured rank, says of each point, beside what was measured.
    public func comparison(with measurements: ClusterMeasurements) -> String {
        var plan = self
        plan.rate = measurements.rate(workload)
        plan.localNetwork = measurements.localNetwork
        // Checkpoints are no part of what was measured.
        plan.saveSteps = .max
        plan.rowsPerRank = nil
        let lines = measurements.points.map { point in
            plan.ranksPerHost = point.layout.ranksPerHost
            plan.network = point.network ?? measurements.localNetwork
            let predicted = plan.prediction(hosts: point.layout.hostCount).stepSeconds
            return [
                point.name, "\(point.layout.rankCount)", point.stepSeconds.planText, predicted.planText,
                String(format: "%+.1f %%", (predicted / point.stepSeconds - 1) * 100),
            ]
        }
        return planTable([["measured", "ranks", "step s", "predicted", "error"]] + lines)
    }
}
