import Signet

/// Causal grouped-query attention of one sequence.
///
/// Operations are counted as the papers on flash attention do, over the half of the scores that is seen: two products
/// forward, five backward.
enum AttentionCases {
    private static let tokens = 2048

    static var all: [BenchmarkCase] {
        [("Llama-3.1-8B", 32, 8, 128), ("SmolLM2-135M", 9, 3, 64)].flatMap { model, heads, keyValueHeads, dimension in
            [DType.bfloat16, .float32].map { dtype in
                let name =
                    "attention/\(model) \(dtype) \(tokens) tokens, \(heads)/\(keyValueHeads) heads of \(dimension)"
                return BenchmarkCase(name: name) { context in
                    let queries = RandomBits.tensor([tokens, heads * dimension], dtype).trackingGradient
                    let keys = RandomBits.tensor([tokens, keyValueHeads * dimension], dtype).trackingGradient
                    let values = RandomBits.tensor([tokens, keyValueHeads * dimension], dtype).trackingGradient
                    let upstream = RandomBits.tensor(queries.shape, dtype)
                    let plan = SegmentPlan(lengths: [tokens])
                    func forward() -> Tensor {
                        attention(
                            queries: queries, keys: keys, values: values, plan: plan, heads: heads,
                            keyValueHeads: keyValueHeads)
                    }
                    let there = Timing.of(context.repeats) { _ = forward() }
                    let back = Timing.of(context.repeats, prepare: forward) {
                        _ = $0.gradients(of: [queries, keys, values], upstream: upstream)
                    }
                    let product = Double(tokens) * Double(tokens) * Double(heads * dimension)
                    let limit = Limit.product(ProductShape(rows: tokens, output: 4096, input: 4096), dtype)
                    return [
                        Measurement("\(name) forward", there, .operations(2 * product), limit: limit),
                        Measurement("\(name) backward", back, .operations(5 * product), limit: limit),
                    ]
                }
            }
        }
    }
}
