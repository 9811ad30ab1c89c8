import Signet

/// What LoRA adapters of rank 16 add to the time of NF4 projections, forward and backward together.
enum AdapterCases {
    private static let rank = 16

    static var all: [BenchmarkCase] {
        [512, 2048].flatMap { rows in
            let single = [(4096, 4096), (1024, 4096), (14336, 4096), (4096, 14336)].map { output, input in
                measured("\(rows) rows \(output)×\(input)", [ProductShape(rows: rows, output: output, input: input)])
            }
            let attention = [4096, 1024, 1024].map { ProductShape(rows: rows, output: $0, input: 4096) }
            return single + [measured("\(rows) rows q, k, v together", attention)]
        }
    }

    /// - Parameter shapes: of projections of one input.
    private static func measured(_ name: String, _ shapes: [ProductShape]) -> BenchmarkCase {
        let name = "adapter/r \(rank) \(name)"
        return BenchmarkCase(name: name) { measured(name, shapes, $0) }
    }

    private static func measured(
        _ name: String, _ shapes: [ProductShape], _ context: BenchmarkContext
    ) -> [Measurement] {
        let (rows, input) = (shapes[0].rows, shapes[0].input)
        let x = RandomBits.tensor([rows, input], .bfloat16).trackingGradient
        let upstream = shapes.map { RandomBits.tensor([rows, $0.output], .bfloat16) }
        let weights = shapes.map { FrozenWeight.quantized(RandomBits.nf4($0.output, input)) }
        let updates = shapes.map {
            LowRankUpdate(
                a: RandomBits.tensor([rank, input], .float32).trackingGradient,
                b: RandomBits.tensor([$0.output, rank], .float32).trackingGradient, scale: 2)
        }
        let bare = {
            let results = linear(x, weights: weights.map { AdaptedWeight($0) })
            _ = joined(results, upstream).gradients(of: [x], upstream: .zeros([1]))
        }
        let adapted = {
            let results = linear(x, weights: zip(weights, updates).map { AdaptedWeight($0, update: $1) })
            _ = joined(results, upstream).gradients(
                of: [x] + updates.flatMap { [$0.a, $0.b] }, upstream: .zeros([1]))
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
                "\(name) forward and backward", Timing(seconds: seconds),
                .operations(2 * shapes.reduce(0) { $0 + $1.operations }),
                limit: .products(shapes + shapes.map(\.mirrored), .bfloat16)),
        ]
    }

    /// A value that takes no time of its own and gives each result its upstream gradient.
    private static func joined(_ results: [Tensor], _ upstream: [Tensor]) -> Tensor {
        customOperation("joined", results) { _ in
            .zeros([1])
        } vjp: { _, _, _ in
            upstream
        }
    }
}
