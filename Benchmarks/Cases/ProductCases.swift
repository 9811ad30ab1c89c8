import Signet

/// The product of many rows with a projection of Llama-3.1-8B, forward and for the gradient of its input: NF4 weights
/// expanded inside the product, and dense weights through the same kernels.
enum ProductCases {
    static let shapes = [512, 2048].flatMap { rows in
        [(4096, 4096), (1024, 4096), (14336, 4096), (4096, 14336)].map {
            ProductShape(rows: rows, output: $0.0, input: $0.1)
        }
    }

    static var all: [BenchmarkCase] {
        shapes.flatMap { shape in
            [DType.bfloat16, .float32].flatMap { dtype in
                ["nf4", "dense"].map { kind in
                    let name = "product/\(kind) \(dtype) \(shape.rows) rows \(shape.output)×\(shape.input)"
                    return BenchmarkCase(name: name) { context in
                        let weight: FrozenWeight =
                            kind == "nf4"
                            ? .quantized(RandomBits.nf4(shape.output, shape.input))
                            : .dense(RandomBits.tensor([shape.output, shape.input], dtype))
                        return measured(name, weight, shape, dtype, context)
                    }
                }
            }
        }
    }

    private static func measured(
        _ name: String, _ weight: FrozenWeight, _ shape: ProductShape, _ dtype: DType, _ context: BenchmarkContext
    ) -> [Measurement] {
        let x = RandomBits.tensor([shape.rows, shape.input], dtype).trackingGradient
        let upstream = RandomBits.tensor([shape.rows, shape.output], dtype)
        let forward = Timing.of(context.repeats) { _ = linear(x, weight: weight) }
        let backward = Timing.of(
            context.repeats, prepare: { linear(x, weight: weight) },
            body: { _ = $0.gradients(of: [x], upstream: upstream) })
        return [
            Measurement("\(name) forward", forward, .operations(shape.operations), limit: .product(shape, dtype)),
            Measurement(
                "\(name) input gradient", backward, .operations(shape.operations),
                limit: .product(shape.mirrored, dtype)),
        ]
    }
}
