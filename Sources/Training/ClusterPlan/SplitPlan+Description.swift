import Foundation
import ModelFiles
import Tensors

extension SplitPlan {
    /// Everything that the figures rest on, a line each.
    public var assumptions: [String] {
        [
            "\(model.name): base \(ByteCount(model.weightBytes)), \(model.parameterCount) trainable parameters, nothing recomputed",
            "streams of \(rows.count) rows, \(Int(tokens)) tokens, \((lossShare * 100).planText) % with loss; "
                + "\((model.shape.neededOperations(lengths: rows, lossTokens: lossTokens) / tokens / 1e9).planText) GFLOP a token",
            "a host: \((operationsPerSecond / 1e12).planText) TFLOP/s, one rank, as fast on parts of layers as on whole ones",
            "tensor: two sums a layer in each direction, \(model.computeType.rawValue), which nothing covers; more than "
                + "\(model.shape.keyValueHeadCount) hosts repeat heads of keys and values, which is not counted as work",
            "pipeline: whole layers, the head on the last host; float32 streams, sent while others are computed; the first "
                + "host holds as many streams as there are hosts",
            "whole: gradients in float32, exchanged and values sent back after the last stream, covered by nothing",
        ]
    }

    /// A table of all divisions over some numbers of hosts, streams and networks, with the fastest of each line.
    public func table(hosts: [Int], streams: [Int], networks: [ClusterNetwork]) -> String {
        var lines = [
            [
                "network", "streams", "hosts", "division", "host", "B/token·layer", "bubble", "step s", "tokens/s",
                "efficiency", "",
            ]
        ]
        for network in networks {
            for streamCount in streams {
                for count in hosts {
                    var plan = self
                    (plan.network, plan.streamCount) = (network, streamCount)
                    let all = Division.allCases.map { plan.prediction($0, hosts: count) }
                    let divided = all.filter { $0.division != .whole }.min { $0.stepSeconds < $1.stepSeconds }
                    lines += all.map { one in
                        [
                            network.name, "\(streamCount)", "\(count)", one.division.rawValue,
                            "\(ByteCount(one.bytesPerHost))", String(format: "%.0f", one.bytesPerTokenAndLayer),
                            String(format: "%.0f %%", one.bubble * 100), one.stepSeconds.planText,
                            (Double(streamCount) * tokens / one.stepSeconds).planText,
                            String(format: "%.2f", one.efficiency), one == divided ? "faster of the two" : "",
                        ]
                    }
                }
            }
        }
        return planTable(lines)
    }
}
