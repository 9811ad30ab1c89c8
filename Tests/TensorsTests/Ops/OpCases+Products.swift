import Foundation
import Tensors

extension OpCases {
    static let products: [OpCase] =
        [(false, false), (false, true), (true, false), (true, true)].flatMap { a, b in
            [
                matmulCase([5, 7], [7, 3], transposeA: a, transposeB: b, .float32),
                matmulCase([5, 7], [7, 3], transposeA: a, transposeB: b, .bfloat16),
                matmulCase([2, 1, 5, 7], [3, 7, 4], transposeA: a, transposeB: b, .float32),
            ]
        } + [
            matmulCase([2, 3, 5, 6], [6, 4], .float32), matmulCase([6, 4], [3, 4, 2], .bfloat16),
            matmulCase([3, 1], [1, 2], .float32),
            frozenLinear("float32 weight", .dense(weight), .float32),
            frozenLinear("float32 weight", .dense(weight), .bfloat16),
            frozenLinear("bfloat16 weight", .dense(weight.converted(to: .bfloat16)), .float32),
            frozenLinear("bfloat16 weight", .dense(weight.converted(to: .bfloat16)), .bfloat16),
            frozenLinear("float16 weight", .dense(weight.converted(to: .float16)), .float32),
            frozenLinear("float16 weight", .dense(weight.converted(to: .float16)), .bfloat16),
            frozenLinear("NF4 weight", .quantized(nf4), .float32),
            frozenLinear("NF4 weight", .quantized(nf4), .bfloat16),
            frozenLinear("FP4 weight", .quantized(fp4), .float32),
            frozenLinear("FP4 weight", .quantized(fp4), .bfloat16),
            adaptedLinear("float32 weight", .dense(weight), .float32),
            adaptedLinear("NF4 weight", .quantized(nf4), .float32),
            adaptedLinear("NF4 weight", .quantized(nf4), .bfloat16),
            adaptedLinear("dropout", .dense(weight), .float32, Dropout(probability: 0.4, key: RandomKey(seed: 3))),
            adaptedLinear("dropout", .quantized(nf4), .bfloat16, Dropout(probability: 0.4, key: RandomKey(seed: 3))),
            jointLinear(.float32), jointLinear(.bfloat16),
            trainableLinear(.float32, .float32, bias: false), trainableLinear(.float32, .float32, bias: true),
            trainableLinear(.bfloat16, .float32, bias: true), trainableLinear(.bfloat16, .bfloat16, bias: true),
            frozenHead("float32", .dense(head), .float32),
            frozenHead("bfloat16", .dense(head.converted(to: .bfloat16)), .bfloat16),
            frozenHead("NF4", .quantized(QuantizedMatrix(quantizing: head, blockSize: 32)), .float32),
            trainableHead(.float32, .float32), trainableHead(.bfloat16, .float32), trainableHead(.bfloat16, .bfloat16),
        ]

    /// [out 9, in 20], exact in bfloat16.
    private static let weight = Tensor.random([9, 20], 41, .bfloat16).converted(to: .float32)
    private static let nf4 = QuantizedMatrix(quantizing: weight, type: .nf4, blockSize: 32)
    private static let fp4 = QuantizedMatrix(quantizing: weight, type: .fp4, blockSize: 64, doubleQuantized: false)
    /// [vocabulary 11, hidden 6], exact in bfloat16.
    private static let head = Tensor.random([11, 6], 42, in: -2..<2, .bfloat16).converted(to: .float32)

    /// The elements as a product of the given type reads them.
    private static func seen(_ weight: FrozenWeight, by compute: DType) -> Grid {
        switch weight {
        case .dense(let tensor): tensor.converted(to: .float32).converted(to: compute).grid
        case .quantized(let matrix): matrix.dequantized(as: compute).grid
        case .eightBit(let matrix): matrix.dequantized().converted(to: compute).grid
        }
    }

    private static func matmulCase(
        _ a: [Int], _ b: [Int], transposeA: Bool = false, transposeB: Bool = false, _ dtype: DType
    ) -> OpCase {
        func stored(_ shape: [Int], _ transposed: Bool) -> [Int] {
            transposed ? shape.dropLast(2) + [shape[shape.count - 1], shape[shape.count - 2]] : shape
        }
        @Sendable func index(_ batch: [Int], _ row: Int, _ column: Int, _ transposed: Bool, _ shape: [Int]) -> [Int] {
            batch.suffix(shape.count - 2) + (transposed ? [column, row] : [row, column])
        }
        let k = a[a.count - 1]
        let (batchOfA, batchOfB) = (a.dropLast(2), b.dropLast(2))
        let rank = max(batchOfA.count, batchOfB.count)
        let batch = (0..<rank).map { i in
            max(
                i < rank - batchOfA.count ? 1 : batchOfA[i - rank + batchOfA.count],
                i < rank - batchOfB.count ? 1 : batchOfB[i - rank + batchOfB.count])
        }
        let result = batch + [a[a.count - 2], b[b.count - 1]]
        return OpCase(
            name: "matmul \(a)\(transposeA ? "ᵀ" : "") · \(b)\(transposeB ? "ᵀ" : ""), \(dtype)",
            inputs: [.random(stored(a, transposeA), 43, dtype), .random(stored(b, transposeB), 44, dtype)],
            differentiable: [0, 1], roundings: 32, narrowings: dtype == .bfloat16 ? 2 : 0,
            threadInputs: a.count == 2
                ? [
                    .random(stored([300, 70], transposeA), 45, dtype),
                    .random(stored([70, 290], transposeB), 46, dtype),
                ]
                : [],
            apply: { matmul($0[0], $0[1], transposeA: transposeA, transposeB: transposeB) },
            reference: { grids in
                Grid.indices(result).map { place in
                    let batch = Array(place.dropLast(2))
                    let (row, column) = (place[place.count - 2], place[place.count - 1])
                    return (0..<k).reduce(0) { sum, i in
                        sum + grids[0][index(batch, row, i, transposeA, a)]
                            * grids[1][index(batch, i, column, transposeB, b)]
                    }
                }
            })
    }

    private static func frozenLinear(_ name: String, _ weight: FrozenWeight, _ compute: DType) -> OpCase {
        let w = seen(weight, by: compute)
        return OpCase(
            name: "linear, \(name), \(compute)", inputs: [.random([4, 20], 47, compute)], differentiable: [0],
            roundings: 64, narrowings: compute == .bfloat16 ? 1 : 0, threadInputs: [.random([1100, 20], 48, compute)],
            apply: { linear($0[0], weight: weight) },
            reference: { grids in Grid.indices([4, 9]).map { Grid.dot(grids[0].row($0[0]), w.row($0[1])) } })
    }

    private static func adaptedLinear(
        _ name: String, _ weight: FrozenWeight, _ compute: DType, _ dropout: Dropout? = nil
    ) -> OpCase {
        let w = seen(weight, by: compute)
        let kept = dropout.map { Tensors.dropout(Tensor.ones([4, 20]), $0).doubles }
        return OpCase(
            name: "linear with adapter, \(name), \(compute)",
            inputs: [
                .random([4, 20], 51, compute), Tensor.random([3, 20], 52, .bfloat16).converted(to: .float32),
                Tensor.random([9, 3], 53, .bfloat16).converted(to: .float32),
            ], differentiable: [0, 1, 2], roundings: 64, narrowings: compute == .bfloat16 ? 4 : 0,
            threadInputs: [.random([1100, 20], 54, compute), .random([3, 20], 55), .random([9, 3], 56)],
            apply: {
                linear($0[0], weight: weight, update: LowRankUpdate(a: $0[1], b: $0[2], scale: 0.75, dropout: dropout))
            },
            reference: { grids in
                Grid.indices([4, 9]).map { index in
                    let x = grids[0].row(index[0])
                    let seen = kept.map { kept in x.enumerated().map { $1 * kept[index[0] * 20 + $0] } } ?? x
                    let narrow = (0..<3).map { Grid.dot(seen, grids[1].row($0)) }
                    return Grid.dot(x, w.row(index[1])) + 0.75 * Grid.dot(narrow, grids[2].row(index[1]))
                }
            })
    }

    /// Three layers of one input, without an adapter, with one and with one behind dropout, their results side by side.
    private static func jointLinear(_ compute: DType) -> OpCase {
        let weights = [FrozenWeight.quantized(nf4), .dense(weight), .quantized(fp4)]
        let w = weights.map { seen($0, by: compute) }
        let dropout = Dropout(probability: 0.4, key: RandomKey(seed: 4))
        let kept = Tensors.dropout(Tensor.ones([4, 20]), dropout).doubles
        func adapter(_ seed: UInt64, _ rank: Int) -> [Tensor] {
            [[rank, 20], [9, rank]].map { Tensor.random($0, seed, .bfloat16).converted(to: .float32) }
        }
        let parameters = adapter(91, 3) + adapter(92, 2)
        return OpCase(
            name: "linear, several weights, \(compute)", inputs: [.random([4, 20], 93, compute)] + parameters,
            differentiable: [0, 1, 2, 3, 4], roundings: 64, narrowings: compute == .bfloat16 ? 4 : 0,
            threadInputs: [.random([1100, 20], 94, compute)] + parameters,
            apply: { inputs in
                let updates = [
                    nil, LowRankUpdate(a: inputs[1], b: inputs[2], scale: 0.75),
                    LowRankUpdate(a: inputs[3], b: inputs[4], scale: -0.5, dropout: dropout),
                ]
                return concatenated(
                    linear(inputs[0], weights: zip(weights, updates).map { AdaptedWeight($0, update: $1) }), along: 1)
            },
            reference: { grids in
                Grid.indices([4, 27]).map { index in
                    let (layer, column) = (index[1] / 9, index[1] % 9)
                    let x = grids[0].row(index[0])
                    let base = Grid.dot(x, w[layer].row(column))
                    guard layer > 0 else { return base }
                    let seen = layer == 1 ? x : x.enumerated().map { $1 * kept[index[0] * 20 + $0] }
                    let (a, b) = (grids[2 * layer - 1], grids[2 * layer])
                    let narrow = (0..<a.shape[0]).map { Grid.dot(seen, a.row($0)) }
                    return base + (layer == 1 ? 0.75 : -0.5) * Grid.dot(narrow, b.row(column))
                }
            })
    }

    private static func trainableLinear(_ compute: DType, _ stored: DType, bias: Bool) -> OpCase {
        let (w, b) = (weight.converted(to: stored), Tensor.random([9], 57, .bfloat16).converted(to: stored))
        return OpCase(
            name: "linear, trainable \(stored) weight\(bias ? " and bias" : ""), \(compute)",
            inputs: [.random([4, 20], 58, compute), w] + (bias ? [b] : []), differentiable: bias ? [0, 1, 2] : [0, 1],
            roundings: 64, narrowings: compute == .bfloat16 ? 2 : 0,
            threadInputs: [.random([1100, 20], 59, compute), w] + (bias ? [b] : []),
            apply: { linear($0[0], weight: $0[1], bias: bias ? $0[2] : nil) },
            reference: { grids in
                Grid.indices([4, 9]).map {
                    Grid.dot(grids[0].row($0[0]), grids[1].row($0[1])) + (bias ? grids[2].values[$0[1]] : 0)
                }
            })
    }

    private static func frozenHead(_ name: String, _ weight: FrozenWeight, _ compute: DType) -> OpCase {
        let w = seen(weight, by: compute)
        // A row may occur again, with another target or the same: its gradients add up.
        let (rows, targets): ([Int32], [Int32]) = ([4, 0, 3, 4, 0], [10, 0, 5, 1, 0])
        return OpCase(
            name: "linearCrossEntropy, \(name) weight, \(compute)",
            inputs: [.random([5, 6], 61, compute)], differentiable: [0], roundings: 64,
            narrowings: compute == .bfloat16 ? 2 : 0,
            apply: {
                linearCrossEntropy(
                    hiddenStates: $0[0], weight: weight, rows: Tensor(rows), targets: Tensor(targets))
            },
            reference: { headLosses($0[0], w, rows, targets) })
    }

    private static func trainableHead(_ compute: DType, _ stored: DType) -> OpCase {
        let (rows, targets): ([Int32], [Int32]) = ([4, 0, 3, 4, 0], [10, 0, 5, 1, 0])
        return OpCase(
            name: "linearCrossEntropy, trainable \(stored) weight, \(compute)",
            inputs: [.random([5, 6], 61, compute), head.converted(to: stored)], differentiable: [0, 1], roundings: 64,
            narrowings: compute == .bfloat16 ? 2 : 0,
            apply: {
                linearCrossEntropy(
                    hiddenStates: $0[0], weight: $0[1], rows: Tensor(rows), targets: Tensor(targets))
            },
            reference: { headLosses($0[0], $0[1], rows, targets) })
    }

    private static func headLosses(_ states: Grid, _ weight: Grid, _ rows: [Int32], _ targets: [Int32]) -> [Double] {
        zip(rows, targets).map { row, target in
            let logits = (0..<weight.shape[0]).map { Grid.dot(states.row(Int(row)), weight.row($0)) }
            return logOfSum(logits) - logits[Int(target)]
        }
    }
}
