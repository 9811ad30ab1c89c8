import Signet

/// What a LoRA adapter of rank 16 adds to the time of an NF4 projection, forward and backward together.
enum AdapterCases {
    private static let rank = 16

    static var all: [BenchmarkCase] {
        [512, 2048].flatMap { rows in
            [(4096, 4096), (1024, 4096), (14336, 4096), (4096, 14336)].map { output, input in
                let name = "adapter/r 16 \(rows) rows \(output)×\(input)"
                return BenchmarkCase(name: name) {
                    measured(name, ProductShape(rows: rows, output: output, input: input), $0)
                }
            }
        }
    }

    private static func measured(
        _ name: String, _ shape: ProductShape, _ context: BenchmarkContext
    ) -> [Measurement] {
        let weight = FrozenWeight.quantized(RandomBits.nf4(shape.output, shape.input))
        let x = RandomBits.tensor([shape.rows, shape.input], .bfloat16).trackingGradient
        let upstream = RandomBits.tensor([shape.rows, shape.output], .bfloat16)
        let update = LowRankUpdate(
            a: RandomBits.tensor([rank, shape.input], .float32).trackingGradient,
            b: RandomBits.tensor([shape.output, rank], .float32).trackingGradient, scale: 2)
        let bare = {
            _ = linear(x, weight: weight).gradients(of: [x], upstream: upstream)
        }
        let adapted = {
            _ = linear(x, weight: weight, update: update).gradients(
                of: [x, update.a, update.b], upstream: upstream)
        }
        // In turns, so that a change of the processor's speed meets both.
        var ratios: [Double] = []
        var seconds: [Double] = []
        for _ in 0..<context.repeats {
            let first = Timing.of(1, bare).median
            let second = Timing.of(1, adapted).median
            ratios.append(100 * (second / first - 1))
            seconds.append(second)
        }
        return [
            Measurement("\(name) overhead", ratios, unit: "%"),
            Measurement(
                "\(name) forward and backward", Timing(seconds: seconds), .operations(2 * shape.operations),
                limit: .products([shape, shape.mirrored], .bfloat16)),
        ]
    }
}
