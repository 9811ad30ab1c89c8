import Distributed
import Foundation
import Tensors

extension ClusterPlan {
    /// Everything that the figures rest on, a line each.
    public var assumptions: [String] {
        let lossShare = (workload.lossShare * 100).planText
        let growth =
            rowsPerRank.map {
                "\($0) rows a rank, so a step grows with the ranks; whether fewer, larger steps learn as much is not modelled"
            }
            ?? "\(workload.rowsPerStep.planText) rows whatever the number of ranks; a row is never divided, so no more "
            + "ranks than rows have work"
        return [
            "model: \(model.name); \(model.parameterCount) trainable parameters, base \(ByteCount(model.weightBytes))",
            "a step: \(growth)",
            "rows: \((workload.tokensPerStep / workload.rowsPerStep).planText) tokens on average, the longest "
                + "\(workload.longestRow), \(lossShare) % with loss; shared beginnings are counted for every row",
            "run: \(workload.totalTokens.planText) tokens in all",
            "compute: \(rate.tokensPerSecond.planText) tokens/s a rank, \(ranksPerHost) a host: \(rate.source)",
            "stragglers: a rank's time for the same work is normal with a deviation of "
                + "\((rate.deviation * 100).planText) %, each step and rank by itself; a step waits for the slowest",
            "network: \(network); within a host \(localNetwork)",
            "gradients: \(gradientType.rawValue), \((gradientBytes / 1e6).planText) MB, each rank gets its part of their sum; "
                + "that runs beside the last stream's backward pass, half of that stream's time, but for the last "
                + "of \(ParameterShards.bucketLimit) buckets; then all ranks get all values, \((valueBytes / 1e6).planText) MB, while nothing is "
                + "computed; besides \(Int(Self.smallSums)) sums of a few numbers",
            "checkpoints: every \(saveSteps) steps rank 0 collects all moments and copies \((checkpointBytes / 1e6).planText) MB at "
                + "\((copyBandwidth / 1e9).planText) GB/s while all ranks wait; they are written while training goes on",
            "memory: nothing recomputed; the base lies once on a host",
            "energy: \(wattsPerHost.planText) W a host, waiting or not",
            "left out: start-up, evaluation, hosts that fail and the steps that are then repeated",
        ]
    }

    /// The assumptions, then a table with a line for each number of hosts, then what limits the largest.
    public func text(_ predictions: [ClusterPrediction]) -> String {
        let columns = [
            "nodes", "ranks", "rows/step", "step s", "tokens/s", "efficiency", "imbalance", "straggler", "network",
            "checkpoint", "rank", "host", "kWh", "days",
        ]
        let rows = predictions.map { prediction in
            func share(_ seconds: Double) -> String {
                String(format: "%.1f %%", seconds / prediction.stepSeconds * 100)
            }
            return [
                "\(prediction.layout.hostCount)", "\(prediction.layout.rankCount)", prediction.rowsPerStep.planText,
                prediction.stepSeconds.planText, prediction.tokensPerSecond.planText,
                String(format: "%.3f", prediction.efficiency), share(prediction.imbalanceSeconds),
                share(prediction.stragglerSeconds), share(prediction.exposedSeconds),
                share(prediction.checkpointSeconds), "\(ByteCount(prediction.bytesPerRank))",
                "\(ByteCount(prediction.bytesPerHost))", prediction.kilowattHours.planText, prediction.days.planText,
            ]
        }
        return assumptions.map { "assumes    \($0)" }.joined(separator: "\n") + "\n\n"
            + planTable([columns] + rows) + "\n" + limits(predictions).map { "\n\($0)\n" }.joined()
    }

    private func limits(_ predictions: [ClusterPrediction]) -> [String] {
        predictions.first { $0.busyRanks < Double($0.layout.rankCount) }.map {
            "note: from \($0.layout.rankCount) ranks on some have no row: a step has \($0.rowsPerStep.planText); "
                + "--rows-per-step or --rows-per-rank says what larger steps would give"
        }.map { [$0] } ?? []
    }
}

/// Columns flush right, the first line as their heads.
func planTable(_ lines: [[String]]) -> String {
    let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max()! }
    return lines.map { line in
        zip(line, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
    }.joined(separator: "\n")
}

extension Double {
    /// Three digits or more, without an exponent.
    var planText: String {
        let size = abs(self)
        if size >= 100 || self == rounded() && size < 1e15 { return String(format: "%.0f", self) }
        return String(format: size < 0.1 ? "%.4f" : size < 1 ? "%.3f" : size < 10 ? "%.2f" : "%.1f", self)
    }
}
