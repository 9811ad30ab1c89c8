import Diagnostics
import ModelFiles

/// A model that is divided over hosts, because none holds it whole or to be sooner done with a step: predicted on paper, with
/// the cost model of ``ClusterPlan``.
public struct SplitPlan: Sendable {
    /// How a model is divided.
    public enum Division: String, Sendable, CaseIterable {
        /// Every layer's heads, intermediate features and the vocabulary; hosts add up their results four times a layer.
        case tensor
        /// Layers; streams go from host to host, forward and backward, one behind the other (1F1B).
        case pipeline
        /// Not at all: every host has the model and some of the streams.
        case whole
    }

    public var model: PlannedModel
    /// Tokens of the rows of a stream.
    public var rows: [Int]
    /// Of them, the share with loss.
    public var lossShare: Double
    /// Streams of a step.
    public var streamCount: Int
    /// Operations/s of one host.
    public var operationsPerSecond: Double
    public var network: ClusterNetwork

    public init(
        _ model: PlannedModel, rows: [Int], lossShare: Double, streamCount: Int, operationsPerSecond: Double,
        network: ClusterNetwork
    ) {
        require(!rows.isEmpty && streamCount > 0, "SplitPlan: \(rows.count) rows, \(streamCount) streams")
        self.model = model
        self.rows = rows
        self.lossShare = lossShare
        self.streamCount = streamCount
        self.operationsPerSecond = operationsPerSecond
        self.network = network
    }

    var tokens: Double { Double(rows.reduce(0, +)) }
    var lossTokens: Int { max(1, Int(tokens * lossShare)) }

    /// Seconds of a stream in all layers, and in the head, on one host.
    var streamSeconds: (layers: Double, head: Double) {
        let all = model.shape.neededOperations(lengths: rows, lossTokens: lossTokens)
        let layers = model.shape.neededOperations(lengths: rows, lossTokens: 0)
        return (layers / operationsPerSecond, (all - layers) / operationsPerSecond)
    }

    /// Seconds of a step if all hosts computed all the time.
    func balancedSeconds(hosts: Int) -> Double {
        Double(streamCount) * (streamSeconds.layers + streamSeconds.head) / Double(hosts)
    }

    /// What a step over some hosts takes.
    public func prediction(_ division: Division, hosts: Int) -> SplitPrediction {
        switch division {
        case .tensor: tensor(hosts)
        case .pipeline: pipeline(hosts)
        case .whole: whole(hosts)
        }
    }

    /// The peak of a host with a part of the model.
    func memory(_ part: LlamaConfiguration, weightBytes: Int, accumulates: Bool) -> MemoryPlan {
        MemoryPlan(
            part, computeType: model.computeType, ranks: Array(model.ranks.prefix(part.layerCount)),
            hasDropout: model.hasDropout, weightBytes: weightBytes,
            load: .init(
                tokens: Int(tokens), lossTokens: lossTokens, longestSequence: rows.max()!,
                accumulatesGradients: accumulates),
            processBytes: PlannedModel.programBytes, budget: nil)
    }
}

/// What a divided model takes.
public struct SplitPrediction: Sendable, Equatable {
    public var division: SplitPlan.Division
    public var hostCount: Int
    /// The peak of the host that needs most.
    public var bytesPerHost: Int
    /// Bytes that a host sends for a token and each layer it computes.
    public var bytesPerTokenAndLayer: Double
    /// The share of a step in which a host waits for others to begin or to end.
    public var bubble: Double
    public var stepSeconds: Double
    /// The share of a step in which all hosts compute.
    public var efficiency: Double
}
