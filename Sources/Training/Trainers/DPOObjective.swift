import Diagnostics
import Layers
import Tensors

/// Direct preference optimisation: the mean over pairs of losses of their log-ratios, and where asked for the mean
/// cross-entropy of the chosen completions' tokens.
///
/// The token losses come from a head that never holds all logits; a pair's loss needs their sums alone. So a pair's part of
/// the gradient is a factor for each row, which the head's backward pass takes as it takes any weight of a token: nothing
/// is computed twice, and memory is that of supervised fine-tuning on the same rows. Where both rows have a token in
/// common, in a stretch that they share, their factors are added up.
///
/// The pair's arithmetic, from the sums on, is in double precision up to the log-ratios, so that what is left of two large
/// log-probabilities is exact.
public struct DPOObjective: TrainingObjective {
    /// The losses of a pair and their weights.
    public let losses: [(loss: DPOLoss, weight: Double)]
    /// The weight of the chosen completions' mean cross-entropy.
    public let sftWeight: Double
    /// What log-ratios are multiplied by to be rewards.
    public let beta: Double
    /// The log-probability of each row under the reference, in nats, by its index in the data set: chosen rows are even,
    /// the rejected ones follow them.
    public let reference: [Double]

    /// - Parameters:
    ///   - losses: the losses of a pair and their weights.
    ///   - sftWeight: the weight of the chosen completions' mean cross-entropy.
    ///   - beta: what log-ratios are multiplied by to be rewards.
    ///   - reference: the log-probability of each row of the data set under the reference, in nats.
    public init(losses: [(loss: DPOLoss, weight: Double)], sftWeight: Double, beta: Double, reference: [Double]) {
        require(reference.count.isMultiple(of: 2), "DPOObjective: \(reference.count) rows are no pairs")
        self.losses = losses
        self.sftWeight = sftWeight
        self.beta = beta
        self.reference = reference
    }

    /// The numbers of pairs and of the chosen completions' tokens.
    public func divisors(of streams: [MicroBatch]) -> [Double] {
        let chosen = streams.flatMap(\.rows).filter { $0.index.isMultiple(of: 2) }
        return [Double(chosen.count), Double(chosen.reduce(0) { $0 + $1.lossTokenCount })]
    }

    public func share(of stream: MicroBatch, losses: [Float], divisors: [Double]) -> ObjectiveShare {
        let pairs = pairs(of: stream, losses)
        let (values, slopes) = pairLosses(pairs)
        var gradient = [Double](repeating: 0, count: losses.count)
        // A row's log-probability is minus the sum of its token losses.
        func add(_ slope: Double, to row: MicroBatch.Row) {
            for target in row.targets.joined() { gradient[target] -= slope }
        }
        var sums = [Double](repeating: 0, count: 7)
        for (index, pair) in pairs.enumerated() {
            let ofSFT = sftWeight / divisors[1]
            add(slopes.chosen[index] / divisors[0] - ofSFT, to: pair.chosen.row)
            add(slopes.rejected[index] / divisors[0], to: pair.rejected.row)
            let rewards = (beta * pair.chosen.logRatio, beta * pair.rejected.logRatio)
            let parts = [
                values[index], -pair.chosen.logProbability, rewards.0, rewards.1, rewards.0 > rewards.1 ? 1 : 0,
                pair.chosen.logProbability, pair.rejected.logProbability,
            ]
            for (place, part) in parts.enumerated() { sums[place] += part }
        }
        return ObjectiveShare(gradient: gradient.map { Float($0) }, sums: sums)
    }

    public func measures(sums: [Double], divisors: [Double]) -> ObjectiveMeasures {
        let means = sums.map { $0 / divisors[0] }
        let ofSFT = sftWeight == 0 ? 0 : sftWeight * sums[1] / divisors[1]
        return ObjectiveMeasures(
            loss: means[0] + ofSFT,
            preference: MetricsRecord.Preference(
                chosenReward: means[2], rejectedReward: means[3], rewardMargin: means[2] - means[3],
                rewardAccuracy: means[4], chosenLogProbability: means[5], rejectedLogProbability: means[6]))
    }
}

extension DPOObjective {
    /// A row of a pair, and how likely it is.
    private struct Side {
        let row: MicroBatch.Row
        let logProbability: Double
        /// The log-probability less that under the reference.
        let logRatio: Double
    }

    private func side(_ row: MicroBatch.Row, of stream: MicroBatch, _ losses: [Float]) -> Side {
        let logProbability = stream.logProbability(of: row, losses)
        return Side(row: row, logProbability: logProbability, logRatio: logProbability - reference[row.index])
    }

    private func pairs(of stream: MicroBatch, _ losses: [Float]) -> [(chosen: Side, rejected: Side)] {
        let rows = Dictionary(uniqueKeysWithValues: stream.rows.map { ($0.index, $0) })
        return stream.rows.filter { $0.index.isMultiple(of: 2) }.map { row in
            guard let other = rows[row.index + 1] else { fatalError("DPOObjective: row \(row.index) without its pair") }
            return (side(row, of: stream, losses), side(other, of: stream, losses))
        }
    }

    /// The loss of every pair, and its derivatives by the log-probabilities of the two rows.
    private func pairLosses(_ pairs: [(chosen: Side, rejected: Side)]) -> (
        values: [Double], slopes: (chosen: [Double], rejected: [Double])
    ) {
        if pairs.isEmpty { return ([], ([], [])) }
        func tensor(_ value: ((chosen: Side, rejected: Side)) -> Double) -> Tensor {
            Tensor(pairs.map { Float(value($0)) })
        }
        let chosen = tensor { $0.chosen.logRatio }.trackingGradient
        let rejected = tensor { $0.rejected.logRatio }.trackingGradient
        let chosenCounts = tensor { Double($0.chosen.row.lossTokenCount) }
        let rejectedCounts = tensor { Double($0.rejected.row.lossTokenCount) }
        var values = [Double](repeating: 0, count: pairs.count)
        var slopes = (chosen: values, rejected: values)
        for (loss, weight) in losses {
            let value = loss(
                chosenLogRatios: chosen, rejectedLogRatios: rejected, chosenTokenCounts: chosenCounts,
                rejectedTokenCounts: rejectedCounts)
            let gradients = value.gradients(of: [chosen, rejected], upstream: .ones(value.shape)).map(\.floats)
            for (index, item) in value.floats.enumerated() {
                values[index] += weight * Double(item)
                slopes.chosen[index] += weight * Double(gradients[0][index])
                slopes.rejected[index] += weight * Double(gradients[1][index])
            }
        }
        return (values, slopes)
    }
}

extension MicroBatch {
    /// The log-probability of a row's tokens with loss, in nats.
    ///
    /// - Parameter losses: the negative log-likelihood of each target.
    func logProbability(of row: Row, _ losses: [Float]) -> Double { 0 - sum(losses, of: row) }
}
