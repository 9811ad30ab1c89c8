import Signet

/// What the machine can do, for all that follows to be held against.
enum LimitCases {
    static var all: [BenchmarkCase] {
        let memory = [
            BenchmarkCase(name: "limit/memory") {
                [MemoryBandwidth.read(repeats: $0.repeats), MemoryBandwidth.copy(repeats: $0.repeats)]
            }
        ]
        return memory
            + ProductCases.shapes.map { shape in
                BenchmarkCase(name: "limit/oneDNN/\(shape.rows) rows \(shape.output)×\(shape.input)") { context in
                    try [DType.bfloat16, .float32].flatMap { dtype in
                        try OneDNNProduct.Layout.allCases.compactMap {
                            try OneDNNProduct.rate(shape, dtype, $0, repeats: context.repeats)
                        }
                    }
                }
            }
    }
}
