import Foundation
import Tensors

extension OpCases {
    static let reductions: [OpCase] =
        reduction("sum", { $0.sum(along: $1, keepingDimensions: $2) }, reference: { $0.reduce(0, +) })
        + reduction(
            "mean", { $0.mean(along: $1, keepingDimensions: $2) }, reference: { $0.reduce(0, +) / Double($0.count) })
        + reduction("max", { $0.max(along: $1, keepingDimensions: $2) }, reference: { $0.max()! })
        + reduction("min", { $0.min(along: $1, keepingDimensions: $2) }, reference: { $0.min()! })
        + [
            OpCase(
                name: "sum along one dimension", inputs: [.random([3, 4], 1)], differentiable: [0],
                apply: { $0[0].sum(along: -1) },
                reference: { grids in (0..<3).map { grids[0].row($0).reduce(0, +) } }),
            OpCase(
                name: "argmax along a dimension", inputs: [.random([3, 4, 5], 7)], apply: { $0[0].argmax(along: 1) },
                reference: { grids in
                    Grid.indices([3, 5]).map { index in
                        let row = (0..<4).map { grids[0][[index[0], $0, index[1]]] }
                        return Double(row.firstIndex(of: row.max()!)!)
                    }
                }),
            OpCase(
                name: "argmax of all, the first of equals", inputs: [Tensor([1.0, 3, 2, 3], shape: [2, 2])],
                apply: { $0[0].argmax() }, reference: { _ in [1] }),
        ]

    static let rows: [OpCase] =
        alongRows(
            "softmax", { softmax($0, along: $1) },
            reference: { row in
                let top = row.max()!
                let sum = row.reduce(0) { $0 + exp($1 - top) }
                return row.map { exp($0 - top) / sum }
            })
        + alongRows(
            "logSoftmax", { logSoftmax($0, along: $1) },
            reference: { row in
                let total = logOfSum(row)
                return row.map { $0 - total }
            })
        + alongRows("logSumExp", { logSumExp($0, along: $1) }, reference: { [logOfSum($0)] })
        + [
            OpCase(
                name: "softmax of numbers whose exponentials overflow",
                inputs: [Tensor([1000.0, 1001, -1000, -200, -200.5, -201], shape: [2, 3])], differentiable: [0],
                apply: { softmax($0[0]) },
                reference: { grids in
                    (0..<2).flatMap { row in
                        let values = grids[0].row(row)
                        let total = logOfSum(values)
                        return values.map { exp($0 - total) }
                    }
                }),
            OpCase(
                name: "logSumExp keeping dimensions", inputs: [.random([3, 4], 2)], differentiable: [0],
                apply: { logSumExp($0[0], keepingDimensions: true).squeezed(at: 1) },
                reference: { grids in (0..<3).map { logOfSum(grids[0].row($0)) } }),
            crossEntropyCase("rows", weights: nil, .none), crossEntropyCase("sum", weights: nil, .sum),
            crossEntropyCase("mean", weights: nil, .mean),
            crossEntropyCase("weighted mean", weights: [1, 0, 0.5, 2], .mean),
            crossEntropyCase("weighted sum", weights: [1, 0, 0.5, 2], .sum),
            crossEntropyCase("bfloat16", weights: nil, .mean, .bfloat16),
            layerNormCase(.float32), layerNormCase(.bfloat16),
        ]

    static func logOfSum(_ row: [Double]) -> Double {
        let top = row.max()!
        return top + log(row.reduce(0) { $0 + exp($1 - top) })
    }

    private static func reduction(
        _ name: String, _ apply: @escaping @Sendable (Tensor, [Int]?, Bool) -> Tensor,
        reference f: @escaping @Sendable ([Double]) -> Double
    ) -> [OpCase] {
        let forms: [(axes: [Int]?, keeps: Bool, dtype: DType)] = [
            (nil, false, .float32), (nil, true, .float32), ([0], false, .float32), ([1], true, .float32),
            ([2], false, .float32), ([0, 2], false, .float32), ([1, -1], false, .float32), ([0, 1], false, .float32),
            ([0, 1, 2], false, .float32), ([], false, .float32), ([1], false, .bfloat16), ([2], false, .bfloat16),
        ]
        return forms.map { axes, keeps, dtype in
            let shape = [3, 4, 5]
            let reduced = Set((axes ?? [0, 1, 2]).map { $0 < 0 ? $0 + 3 : $0 })
            let kept = shape.enumerated().map { reduced.contains($0) ? 1 : $1 }
            return OpCase(
                name: "\(name) along \(axes.map { "\($0)" } ?? "all")\(keeps ? " kept" : ""), \(dtype)",
                inputs: [.random(shape, 11, dtype)], differentiable: [0], narrowings: dtype == .bfloat16 ? 1 : 0,
                threadInputs: [.random([41, 37, 53], 12, dtype)], apply: { apply($0[0], axes, keeps) },
                reference: { grids in
                    Grid.indices(kept).map { outer in
                        f(
                            Grid.indices(zip(shape, kept).map { $1 == 1 ? $0 : 1 }).map { inner in
                                grids[0][zip(outer, inner).map { $0 + $1 }]
                            })
                    }
                })
        }
    }

    /// A function of rows that run along a dimension of [3, 4, 5].
    private static func alongRows(
        _ name: String, _ apply: @escaping @Sendable (Tensor, Int) -> Tensor,
        reference f: @escaping @Sendable ([Double]) -> [Double]
    ) -> [OpCase] {
        [(-1, DType.float32), (0, .float32), (1, .float32), (1, .bfloat16)].map { axis, dtype in
            let shape = [3, 4, 5]
            let place = axis < 0 ? axis + 3 : axis
            return OpCase(
                name: "\(name) along \(axis), \(dtype)", inputs: [.random(shape, 13, in: -3..<3, dtype)],
                differentiable: [0], narrowings: dtype == .bfloat16 ? 3 : 0,
                threadInputs: [.random([40, 51, 31], 14, in: -3..<3, dtype)], apply: { apply($0[0], axis) },
                reference: { grids in
                    func row(_ index: [Int]) -> [Double] {
                        f(
                            (0..<shape[place]).map { i in
                                var moved = index
                                moved[place] = i
                                return grids[0][moved]
                            })
                    }
                    var result = shape
                    result[place] = row([0, 0, 0]).count
                    return Grid.indices(result).map { row($0)[$0[place]] }
                })
        }
    }

    private static func crossEntropyCase(
        _ name: String, weights: [Float]?, _ reduction: LossReduction, _ dtype: DType = .float32
    ) -> OpCase {
        let targets: [Int32] = [2, 0, 4, 4]
        return OpCase(
            name: "crossEntropy, \(name)", inputs: [.random([4, 5], 15, in: -3..<3, dtype)], differentiable: [0],
            narrowings: dtype == .bfloat16 ? 1 : 0,
            apply: {
                crossEntropy(
                    logits: $0[0], targets: Tensor(targets), weights: weights.map { Tensor($0) }, reduction: reduction)
            },
            reference: { grids in
                let factors = weights?.map(Double.init) ?? [1, 1, 1, 1]
                let losses = (0..<4).map { i in
                    factors[i] * (logOfSum(grids[0].row(i)) - grids[0][i, Int(targets[i])])
                }
                switch reduction {
                case .none: return losses
                case .sum: return [losses.reduce(0, +)]
                case .mean: return [losses.reduce(0, +) / factors.reduce(0, +)]
                }
            })
    }

    private static func layerNormCase(_ dtype: DType) -> OpCase {
        OpCase(
            name: "layerNorm, \(dtype)",
            inputs: [.random([4, 9], 16, in: -1..<3, dtype), .random([9], 17, in: 0.5..<1.5), .random([9], 18)],
            differentiable: [0, 1, 2], roundings: 32, narrowings: dtype == .bfloat16 ? 1 : 0,
            threadInputs: [.random([300, 129], 16, dtype), .random([129], 17), .random([129], 18)],
            apply: { layerNorm($0[0], weight: $0[1], bias: $0[2], epsilon: 1e-5) },
            reference: { grids in
                (0..<4).flatMap { i in
                    let row = grids[0].row(i)
                    let mean = row.reduce(0, +) / 9
                    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 9
                    return row.enumerated().map {
                        ($1 - mean) / (variance + 1e-5).squareRoot() * grids[1].values[$0] + grids[2].values[$0]
                    }
                }
            })
    }
}
