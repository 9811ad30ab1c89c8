import Foundation
import Signet

/// The matrix product at the projections' shapes of Llama-3.1-8B: dense bfloat16 and float32 weights, and NF4 weights
/// expanded panel by panel, forward and backward.
enum ProductBenchmark {
    static func run() throws -> [Measurement] {
        var results: [Measurement] = []
        let key = RandomKey(seed: 1)
        for (output, input) in [(4096, 4096), (14336, 4096)] {
            let weight = Tensor.normal([output, input], key: key.folding(output))
            let quantized = FrozenWeight.quantized(QuantizedMatrix(quantizing: weight))
            let weights: [(String, FrozenWeight, DType)] = [
                ("dense float32", .dense(weight), .float32),
                ("dense bfloat16", .dense(weight.converted(to: .bfloat16)), .bfloat16),
                ("nf4 bfloat16", quantized, .bfloat16), ("nf4 float32", quantized, .float32),
            ]
            for (name, weight, dtype) in weights {
                let x = Tensor.normal([512, input], key: key).converted(to: dtype)
                let upstream = Tensor.normal([512, output], key: key).converted(to: dtype)
                let operations = 2.0 * 512 * Double(output) * Double(input)
                let (forward, backward) = time {
                    let leaf = x.trackingGradient
                    let began = ContinuousClock.now
                    let y = linear(leaf, weight: weight)
                    let middle = ContinuousClock.now
                    _ = y.gradients(of: [leaf], upstream: upstream)
                    return (middle - began, ContinuousClock.now - middle)
                }
                let label = "product/\(output)×\(input) 512 rows \(name)"
                results.append(Measurement("\(label) forward", forward.map { operations / $0 / 1e9 }, unit: "GFLOP/s"))
                results.append(
                    Measurement("\(label) backward", backward.map { operations / $0 / 1e9 }, unit: "GFLOP/s"))
            }
        }
        return results
    }

    /// Seconds of both parts over the repeats, the first run being a warm-up.
    private static func time(_ body: () -> (Duration, Duration)) -> ([Double], [Double]) {
        let repeats = (0..<6).map { _ in body() }.dropFirst()
        return (repeats.map { $0.0 / .seconds(1) }, repeats.map { $0.1 / .seconds(1) })
    }
}
