import Foundation
import Tensors

extension OpCases {
    static let transformer: [OpCase] =
        [(DType.float32, DType?.none), (.float32, .bfloat16), (.bfloat16, nil)].map { normCase($0, $1) }
        + [DType.float32, .bfloat16].flatMap {
            [
                rotaryCase($0), gateCase($0), residualCase($0), residualNormCase($0), dropoutCase($0),
            ]
        }
        + [
            attentionCase("one token", [1], heads: 2, keyValueHeads: 1),
            attentionCase("segments", [5, 1, 8], heads: 4, keyValueHeads: 2),
            attentionCase("segments", [5, 1, 8], heads: 4, keyValueHeads: 2, .bfloat16),
            attentionCase("a head for each", [11], heads: 3, keyValueHeads: 3, scale: 0.3),
            attentionCase("several blocks of queries and keys", [37, 1, 130], heads: 2, keyValueHeads: 1),
            attentionCase("several blocks of queries and keys", [37, 1, 130], heads: 2, keyValueHeads: 1, .bfloat16),
            attentionCase(
                "more keys than queries",
                plan: SegmentPlan([
                    .init(queryStart: 0, queryCount: 2, keyStart: 0, keyCount: 7),
                    .init(queryStart: 2, queryCount: 1, keyStart: 7, keyCount: 100),
                    .init(queryStart: 3, queryCount: 40, keyStart: 107, keyCount: 101),
                ]), keyRows: 208, heads: 2, keyValueHeads: 1),
            attentionCase("a tree", plan: smallTree, keyRows: 15, heads: 4, keyValueHeads: 2),
            attentionCase("a tree", plan: smallTree, keyRows: 15, heads: 4, keyValueHeads: 2, .bfloat16),
            attentionCase("a tree", plan: AttentionTrees.training, keyRows: 230, heads: 3, keyValueHeads: 1),
            attentionCase(
                "three levels, some without queries", plan: AttentionTrees.cached, keyRows: 205, heads: 2,
                keyValueHeads: 1),
        ]

    private static let smallTree = SegmentPlan([
        .init(queryStart: 0, queryCount: 5, keyStart: 0, keyCount: 5),
        .init(queryStart: 5, queryCount: 3, keyStart: 5, keyCount: 3, parent: 0),
        .init(queryStart: 8, queryCount: 1, keyStart: 8, keyCount: 1, parent: 0),
        .init(queryStart: 9, queryCount: 6, keyStart: 9, keyCount: 6, parent: 2),
    ])

    private static func normCase(_ dtype: DType, _ output: DType?) -> OpCase {
        OpCase(
            name: "rmsNorm from \(dtype) to \(output ?? dtype)",
            inputs: [.random([4, 9], 71, in: -1..<3, dtype), .random([9], 72, in: 0.5..<1.5)],
            differentiable: [0, 1], roundings: 32, narrowings: (output ?? dtype) == .bfloat16 ? 1 : 0,
            threadInputs: [.random([300, 129], 73, dtype), .random([129], 74)],
            apply: { rmsNorm($0[0], weight: $0[1], epsilon: 1e-5, output: output) },
            reference: { grids in
                (0..<4).flatMap { i in
                    let row = grids[0].row(i)
                    let root = (Grid.dot(row, row) / 9 + 1e-5).squareRoot()
                    return row.enumerated().map { $1 / root * grids[1].values[$0] }
                }
            })
    }

    private static func rotaryCase(_ dtype: DType) -> OpCase {
        let frequencies: [Float] = [1, 0.3, 0.01]
        let table = RotaryTable(inverseFrequencies: frequencies, positionCount: 128)
        let positions: [Int32] = [0, 1, 7, 0, 100]
        let many = Tensor((0..<4000).map { Int32($0 % 128) })
        return OpCase(
            name: "rotaryEmbedding, \(dtype)", inputs: [.random([5, 12], 75, dtype)], differentiable: [0],
            narrowings: dtype == .bfloat16 ? 1 : 0, threadInputs: [.random([4000, 12], 76, dtype)],
            apply: {
                rotaryEmbedding(
                    $0[0], heads: 2, table: table, positions: $0[0].shape[0] == 5 ? Tensor(positions) : many)
            },
            reference: { grids in
                Grid.indices([5, 2, 6]).map { index in
                    let pair = index[2] % 3
                    // The table's angles are rounded to float32.
                    let angle = Double(Float(positions[index[0]]) * frequencies[pair])
                    let first = grids[0][index[0], index[1] * 6 + pair]
                    let second = grids[0][index[0], index[1] * 6 + pair + 3]
                    return index[2] < 3
                        ? first * cos(angle) - second * sin(angle) : second * cos(angle) + first * sin(angle)
                }
            })
    }

    private static func gateCase(_ dtype: DType) -> OpCase {
        OpCase(
            name: "swiGLU, \(dtype)", inputs: [.random([4, 9], 77, in: -4..<4, dtype), .random([4, 9], 78, dtype)],
            differentiable: [0, 1], narrowings: dtype == .bfloat16 ? 1 : 0,
            threadInputs: [.random([300, 129], 77, dtype), .random([300, 129], 78, dtype)],
            apply: { swiGLU(gate: $0[0], up: $0[1]) },
            reference: { grids in zip(grids[0].values, grids[1].values).map { $0 / (1 + exp(-$0)) * $1 } })
    }

    private static func residualCase(_ dtype: DType) -> OpCase {
        OpCase(
            name: "residualAdd, \(dtype)", inputs: [.random([4, 9], 79), .random([4, 9], 80, dtype)],
            differentiable: [0, 1], narrowings: dtype == .bfloat16 ? 0.5 : 0,
            threadInputs: [.random([300, 129], 79), .random([300, 129], 80, dtype)],
            apply: { residualAdd($0[0], $0[1]) },
            reference: { grids in zip(grids[0].values, grids[1].values).map { $0 + $1 } })
    }

    /// Both results side by side, as one.
    private static func residualNormCase(_ dtype: DType) -> OpCase {
        OpCase(
            name: "residualAddNorm, \(dtype)",
            inputs: [.random([4, 9], 86), .random([4, 9], 87, dtype), .random([9], 88, in: 0.5..<1.5)],
            differentiable: [0, 1, 2], roundings: 32, narrowings: dtype == .bfloat16 ? 1 : 0,
            threadInputs: [.random([300, 129], 86), .random([300, 129], 87, dtype), .random([129], 88)],
            apply: {
                let (sum, norm) = residualAddNorm($0[0], $0[1], weight: $0[2], epsilon: 1e-5, output: dtype)
                return concatenated([sum, norm.converted(to: .float32)], along: 1)
            },
            reference: { grids in
                (0..<4).flatMap { i in
                    let row = zip(grids[0].row(i), grids[1].row(i)).map { $0 + $1 }
                    let root = (Grid.dot(row, row) / 9 + 1e-5).squareRoot()
                    return row + row.enumerated().map { $1 / root * grids[2].values[$0] }
                }
            })
    }

    private static func dropoutCase(_ dtype: DType) -> OpCase {
        let layer = Dropout(probability: 0.3, key: RandomKey(seed: 5))
        let factors = Tensors.dropout(Tensor.ones([6, 20]), layer).doubles
        return OpCase(
            name: "dropout, \(dtype)", inputs: [.random([6, 20], 81, dtype)], differentiable: [0],
            narrowings: dtype == .bfloat16 ? 1 : 0, threadInputs: [.random([300, 129], 82, dtype)],
            apply: { Tensors.dropout($0[0], layer) },
            reference: { grids in zip(grids[0].values, factors).map { $0 * $1 } })
    }

    private static func attentionCase(
        _ name: String, _ lengths: [Int], heads: Int, keyValueHeads: Int, scale: Float? = nil, _ dtype: DType = .float32
    ) -> OpCase {
        attentionCase(
            "\(name) \(lengths)", plan: SegmentPlan(lengths: lengths), keyRows: lengths.reduce(0, +), heads: heads,
            keyValueHeads: keyValueHeads, scale: scale, dtype)
    }

    /// Held against softmax over the scores of each query, written out.
    private static func attentionCase(
        _ name: String, plan: SegmentPlan, keyRows: Int, heads: Int, keyValueHeads: Int, scale: Float? = nil,
        _ dtype: DType = .float32
    ) -> OpCase {
        let size = 6
        let keyShape = [keyRows, keyValueHeads * size]
        return OpCase(
            name: "attention, \(name), \(dtype)",
            inputs: [
                .random([plan.queryCount, heads * size], 83, in: -2..<2, dtype),
                .random(keyShape, 84, in: -2..<2, dtype),
                .random(keyShape, 85, dtype),
            ], differentiable: [0, 1, 2], roundings: 128, narrowings: dtype == .bfloat16 ? 2 : 0,
            apply: {
                attention(
                    queries: $0[0], keys: $0[1], values: $0[2], plan: plan, heads: heads, keyValueHeads: keyValueHeads,
                    scale: scale)
            },
            reference: { grids in
                let factor = scale.map(Double.init) ?? 1 / Double(size).squareRoot()
                var output = [Double](repeating: 0, count: plan.queryCount * heads * size)
                for segment in plan.segments {
                    let ancestors = sequence(state: segment.parent) { (parent: inout Int?) -> SegmentPlan.Segment? in
                        guard let index = parent else { return nil }
                        parent = plan.segments[index].parent
                        return plan.segments[index]
                    }
                    let seen = ancestors.flatMap { $0.keyStart..<$0.keyStart + $0.keyCount }
                    for i in 0..<segment.queryCount {
                        let end = segment.keyStart + segment.keyCount - segment.queryCount + i + 1
                        let keys = seen + (segment.keyStart..<end)
                        for head in 0..<heads {
                            let keyHead = head / (heads / keyValueHeads)
                            let place = ((segment.queryStart + i) * heads + head) * size
                            attend(
                                Array(grids[0].values[place..<place + size]), grids[1], grids[2], keys,
                                keyHead * size, factor, into: &output[place..<place + size])
                        }
                    }
                }
                return output
            })
    }

    /// Σ softmax(scale · q·k)·v over the given rows of keys and values, one head being the columns from `column` on.
    private static func attend(
        _ query: [Double], _ keys: Grid, _ values: Grid, _ rows: [Int], _ column: Int, _ scale: Double,
        into output: inout ArraySlice<Double>
    ) {
        let width = keys.shape[1]
        let scores = keys.values.withUnsafeBufferPointer { keys in
            rows.map { row in
                scale * query.indices.reduce(0) { $0 + query[$1] * keys[row * width + column + $1] }
            }
        }
        let total = logOfSum(scores)
        for (score, row) in zip(scores, rows) {
            let weight = exp(score - total)
            for i in query.indices { output[output.startIndex + i] += weight * values.values[row * width + column + i] }
        }
    }
}
