import Signet

/// The product of few rows, as in generation: the weights have to be read from memory once, so what counts is how fast.
///
/// Each repeat goes through so many copies of the weight that none is left in a cache when its turn comes again.
enum FewRowsCases {
    private static let beyondCaches = 256 << 20

    static var all: [BenchmarkCase] {
        [(4096, 4096), (14336, 4096)].flatMap { output, input in
            ["nf4", "bfloat16"].flatMap { kind in
                [1, 2, 4, 8, 16, 32].map { rows in
                    let shape = ProductShape(rows: rows, output: output, input: input)
                    let name = "rows/\(kind) \(rows) rows \(output)×\(input)"
                    return BenchmarkCase(name: name) { measured(name, shape, isQuantized: kind == "nf4", $0) }
                }
            }
        }
    }

    private static func measured(
        _ name: String, _ shape: ProductShape, isQuantized: Bool, _ context: BenchmarkContext
    ) -> [Measurement] {
        func makeWeight() -> FrozenWeight {
            isQuantized
                ? .quantized(RandomBits.nf4(shape.output, shape.input))
                : .dense(RandomBits.tensor([shape.output, shape.input], .bfloat16))
        }
        let first = makeWeight()
        let weights = [first] + (0..<beyondCaches / first.byteCount).map { _ in makeWeight() }
        let x = RandomBits.tensor([shape.rows, shape.input], .bfloat16)
        let timing = Timing.of(context.repeats) {
            generating { for weight in weights { _ = linear(x, weight: weight) } }
        }.divided(by: weights.count)
        return [
            Measurement("\(name) weights read", timing, .bytes(first.byteCount), limit: .memoryRead),
            Measurement("\(name) arithmetic", timing, .operations(shape.operations)),
        ]
    }
}
