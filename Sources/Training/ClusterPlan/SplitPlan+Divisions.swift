import ModelFiles
import Models
import Tensors

extension SplitPlan {
    /// Shoeybi et al. 2019 (Megatron-LM). The stream between the layers is on every host, its parts of the layers are
    /// divided; results are added up after attention and after the feed-forward network, gradients before both.
    func tensor(_ hosts: Int) -> SplitPrediction {
        var part = model.shape
        part.attentionHeadCount /= hosts
        // Where there are more hosts than heads of keys and values, some have the same ones.
        part.keyValueHeadCount = max(1, part.keyValueHeadCount / hosts)
        part.intermediateSize /= hosts
        part.vocabularySize = (part.vocabularySize + hosts - 1) / hosts
        let memory = memory(part, weightBytes: part.nf4WeightBytes, accumulates: streamCount > 1)
        // In the type of products; the embedding's sum and that of the head's gradients come once a stream.
        let bytes = Double(model.shape.hiddenSize * model.computeType.byteCount)
        let sums = 4 * Double(model.shape.layerCount) + 1 + lossShare
        let layout = RankLayout(hostCount: hosts, ranksPerHost: 1)
        let sum = 2 * layout.exchangeSeconds(bytes: tokens * bytes, network: network)
        let balanced = balancedSeconds(hosts: hosts)
        let step = balanced + Double(streamCount) * sums * sum
        return SplitPrediction(
            division: .tensor, hostCount: hosts, bytesPerHost: memory.peakBytes,
            bytesPerTokenAndLayer: 8 * bytes * Double(hosts - 1) / Double(hosts), bubble: 0, stepSeconds: step,
            efficiency: balanced / step)
    }

    /// Huang et al. 2019 (GPipe), in the order of Narayanan et al. 2019 (1F1B): the first host holds the activations of as
    /// many streams as there are hosts.
    func pipeline(_ hosts: Int) -> SplitPrediction {
        let stages = stages(hosts)
        var part = model.shape
        part.layerCount = stages.layers
        part.tiesWordEmbeddings = true
        let memory = memory(part, weightBytes: part.nf4WeightBytes, accumulates: streamCount > 1)
        let layer = LayerCost(
            model.shape, ranks: model.ranks[0], hasDropout: model.hasDropout, computeType: model.computeType,
            visibleKeys: Double(rows.max()! + 1) / 2)
        let kept = tokens * Double(stages.layers * layer.keptBytes(recomputing: []))
        let waiting = Double(min(hosts, streamCount) - 1) * kept
        // The stream between layers is float32.
        let bytes = Double(model.shape.hiddenSize * 4)
        let transfer = hosts > 1 ? network.seconds(bytes: tokens * bytes) : 0
        // A host sends one stream forward and one back while it computes another.
        let slot = max(stages.seconds, 2 * transfer)
        let step = Double(streamCount + hosts - 1) * slot + 2 * Double(hosts - 1) * transfer
        return SplitPrediction(
            division: .pipeline, hostCount: hosts, bytesPerHost: memory.peakBytes + Int(waiting),
            bytesPerTokenAndLayer: hosts > 1 ? 2 * bytes / Double(stages.layers) : 0,
            bubble: Double(hosts - 1) / Double(streamCount + hosts - 1), stepSeconds: step,
            efficiency: balancedSeconds(hosts: hosts) / step)
    }

    /// The layers of every host but the last, which has the head and the layers that are left, and the seconds of the
    /// slowest for a stream.
    private func stages(_ hosts: Int) -> (layers: Int, seconds: Double) {
        let count = model.shape.layerCount
        let layer = streamSeconds.layers / Double(count)
        return (1...count).compactMap { layers in
            let left = count - (hosts - 1) * layers
            // No host is left without layers, and none has more than those before it.
            guard left > 0, left <= layers else { return nil }
            return (layers, max(Double(layers) * layer, Double(left) * layer + streamSeconds.head))
        }.min { $0.1 < $1.1 } ?? (layers: count, seconds: streamSeconds.layers + streamSeconds.head)
    }

    /// Data parallel: gradients are exchanged once a step, after the last stream's backward pass at the worst.
    func whole(_ hosts: Int) -> SplitPrediction {
        let memory = memory(model.shape, weightBytes: model.weightBytes, accumulates: streamCount > hosts)
        let share = Double((streamCount + hosts - 1) / hosts)
        let bytes = Double(4 * model.parameterCount)
        let layout = RankLayout(hostCount: hosts, ranksPerHost: 1)
        let step =
            share * (streamSeconds.layers + streamSeconds.head) + 2
            * layout.exchangeSeconds(bytes: bytes, network: network)
        return SplitPrediction(
            division: .whole, hostCount: hosts, bytesPerHost: memory.peakBytes,
            bytesPerTokenAndLayer: 2 * bytes * Double(hosts - 1) / Double(hosts)
                / (share * tokens * Double(model.shape.layerCount)), bubble: 0, stepSeconds: step,
            efficiency: balancedSeconds(hosts: hosts) / step)
    }
}
