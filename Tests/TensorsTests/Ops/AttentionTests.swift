import Tensors
import TestSupport
import Testing

extension TensorTests {
    @Suite struct AttentionTests {
        /// Queries, keys, values and the gradient that arrives, for a plan.
        private func inputs(_ plan: SegmentPlan, heads: Int, keyValueHeads: Int, size: Int, _ dtype: DType) -> [Tensor]
        {
            [(plan.queryCount, heads), (plan.keyCount, keyValueHeads), (plan.keyCount, keyValueHeads)].enumerated().map
            {
                Tensor.random([$1.0, $1.1 * size], UInt64(611 + $0), in: -2..<2, dtype)
            } + [Tensor.random([plan.queryCount, heads * size], 614, dtype)]
        }

        /// The output and the gradients of queries, keys and values.
        private func run(_ inputs: [Tensor], _ plan: SegmentPlan, heads: Int, keyValueHeads: Int) -> [Tensor] {
            let leaves = inputs[0..<3].map(\.trackingGradient)
            let y = attention(
                queries: leaves[0], keys: leaves[1], values: leaves[2], plan: plan, heads: heads,
                keyValueHeads: keyValueHeads)
            return [y] + y.gradients(of: leaves, upstream: inputs[3])
        }

        private static let long = SegmentPlan(lengths: [331, 1, 97])

        @Test(
            "Attention of bfloat16 is that of the same numbers in float32 but for the rounding of probabilities and results",
            arguments: [(4, 1, 16), (9, 3, 64), (1, 1, 80), (8, 2, 128)],
            [AttentionTests.long, AttentionTrees.training, AttentionTrees.cached])
        func rounding(_ shape: (heads: Int, keyValueHeads: Int, size: Int), _ plan: SegmentPlan) {
            let (heads, keyValueHeads, size) = shape
            let narrow = inputs(plan, heads: heads, keyValueHeads: keyValueHeads, size: size, .bfloat16)
            let wide = narrow.map { $0.converted(to: .float32) }
            let exact = run(wide, plan, heads: heads, keyValueHeads: keyValueHeads)
            let largestValue = wide[2].floats.reduce(0) { max($0, abs($1)) }
            withEveryInstructionSet { isa in
                let results = run(narrow, plan, heads: heads, keyValueHeads: keyValueHeads)
                let found = results.map { $0.converted(to: .float32).floats }
                let isNear = zip(found[0], exact[0].floats).allSatisfy {
                    abs($0 - $1) <= 0x1p-8 * (largestValue + abs($1)) + 1e-5
                }
                #expect(isNear, "\(isa)")
                // The output's rounding reaches the gradients of scores.
                for (a, b) in zip(found[1...], exact[1...]) {
                    #expect(relativeDifference(a, b.floats) < 3 * 0x1p-8, "\(isa)")
                }
            }
        }

        @Test(
            "Output and gradients have the same bits on 1, 3 and 16 threads",
            arguments: [DType.float32, .bfloat16],
            [AttentionTests.long, AttentionTrees.training, AttentionTrees.cached])
        func threads(_ dtype: DType, _ plan: SegmentPlan) {
            let before = Machine.threadCount
            defer { Machine.threadCount = before }
            let inputs = inputs(plan, heads: 9, keyValueHeads: 3, size: 64, dtype)
            let results = [1, 3, 16].map { count in
                Machine.threadCount = count
                return run(inputs, plan, heads: 9, keyValueHeads: 3).map(\.bytes)
            }
            #expect(results[1] == results[0])
            #expect(results[2] == results[0])
        }

        @Test("A score that is not a number makes its query's output one, and no other's")
        func notANumber() {
            let plan = SegmentPlan(lengths: [70, 3])
            withEveryInstructionSet { isa in
                for dtype in [DType.float32, .bfloat16] {
                    var inputs = inputs(plan, heads: 2, keyValueHeads: 1, size: 16, dtype)
                    var queries = inputs[0].converted(to: .float32).floats
                    queries[20 * 32] = .nan
                    inputs[0] = Tensor(queries, shape: [73, 32]).converted(to: dtype)
                    let y = attention(
                        queries: inputs[0], keys: inputs[1], values: inputs[2], plan: plan, heads: 2, keyValueHeads: 1)
                    let found = y.converted(to: .float32).floats
                    #expect(
                        found.indices.filter { found[$0].isNaN } == Array(20 * 32..<20 * 32 + 16), "\(isa) \(dtype)")
                }
            }
        }
    }
}
