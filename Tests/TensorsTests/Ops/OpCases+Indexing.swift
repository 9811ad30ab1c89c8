import Tensors

extension OpCases {
    static let indexing: [OpCase] = [
        moved(
            "subscript with ranges", [4, 5], { $0[1..<3, 2...] }, reference: { index in [index[0] + 1, index[1] + 2] }),
        moved("subscript with an integer", [4, 5], { $0[2] }, to: [5], reference: { index in [2, index[0]] }),
        moved("subscript from the end", [4, 5], { $0[0..., -2] }, to: [4], reference: { index in [index[0], 3] }),
        moved(
            "subscript with every kind of range", [4, 5, 6], { $0[1...2, ..<3, ...(-2)] }, to: [2, 3, 5],
            reference: { index in
                [index[0] + 1, index[1], index[2]]
            }),
        moved(
            "subscript with a range from the end", [4, 5], { $0[(-2)..., ..<(-1)] }, to: [2, 4],
            reference: { index in
                [index[0] + 2, index[1]]
            }),
        moved(
            "subscript of a subscript", [4, 5], { $0[1..., 1][1...] }, to: [2],
            reference: { index in [index[0] + 2, 1] }),
        moved(
            "subscript, bfloat16", [4, 5], { $0[1..<3, 2...] }, .bfloat16,
            reference: { index in [index[0] + 1, index[1] + 2] }),
        moved(
            "split into equal parts", [4, 6], { $0.split(into: 3, along: 1)[1] }, reference: { [$0[0], $0[1] + 2] }),
        moved("split by sizes", [5, 3], { $0.split(sizes: [1, 4])[1] }, reference: { [$0[0] + 1, $0[1]] }),
        takeCase("take rows", [5, 3], [4, 0, 4, 4], along: 0),
        takeCase("take columns", [2, 5, 3], [1, 1, 4], along: 1),
        takeCase("take columns, bfloat16", [2, 5, 3], [1, 1, 4], along: 1, .bfloat16),
        OpCase(
            name: "takeAlong", inputs: [.random([3, 4, 2], 21)], differentiable: [0],
            threadInputs: [.random([3, 9000, 2], 21)], apply: { takeAlong($0[0], alongIndices, along: 1) },
            reference: { grids in
                let picked = alongIndices.integers
                return Grid.indices([3, 3, 2]).enumerated().map { place, index in
                    grids[0][[index[0], Int(picked[place]), index[2]]]
                }
            }),
        scatterCase(.float32), scatterCase(.bfloat16),
        embeddingCase(.float32, nil), embeddingCase(.bfloat16, nil), embeddingCase(.bfloat16, .float32),
        embeddingCase(.float16, .float32), embeddingCase(.float16, nil),
        OpCase(
            name: "concatenated along the middle", inputs: [.random([2, 1, 3], 22), .random([2, 3, 3], 23)],
            differentiable: [0, 1], apply: { concatenated([$0[0], $0[1], $0[0]], along: 1) },
            reference: { grids in
                Grid.indices([2, 5, 3]).map { index in
                    switch index[1] {
                    case 0, 4: grids[0][[index[0], 0, index[2]]]
                    default: grids[1][[index[0], index[1] - 1, index[2]]]
                    }
                }
            }),
        OpCase(
            name: "stacked", inputs: [.random([2, 3], 24, .bfloat16), .random([2, 3], 25, .bfloat16)],
            differentiable: [0, 1], apply: { stacked($0, along: -1) },
            reference: { grids in Grid.indices([2, 3, 2]).map { grids[$0[2]][$0[0], $0[1]] } }),
    ]

    static let shaping: [OpCase] = [
        moved(
            "reshaped", [4, 6], { $0.reshaped(3, -1) }, to: [3, 8],
            reference: { index in
                let place = index[0] * 8 + index[1]
                return [place / 6, place % 6]
            }),
        moved(
            "permuted", [2, 3, 4], { $0.permuted([2, 0, 1]) }, to: [4, 2, 3], reference: { [$0[1], $0[2], $0[0]] }),
        moved(
            "permuted, bfloat16", [2, 3, 4], { $0.permuted([0, 2, 1]) }, .bfloat16, to: [2, 4, 3],
            reference: {
                [$0[0], $0[2], $0[1]]
            }),
        moved("transposed", [2, 3, 4], { $0.transposed() }, to: [2, 4, 3], reference: { [$0[0], $0[2], $0[1]] }),
        moved(
            "transposed dimensions", [2, 3, 4], { $0.transposed(0, -1) }, to: [4, 3, 2],
            reference: { [$0[2], $0[1], $0[0]] }),
        moved("squeezed", [1, 3, 1, 2], { $0.squeezed() }, to: [3, 2], reference: { [0, $0[0], 0, $0[1]] }),
        moved(
            "squeezed at a dimension", [1, 3, 1], { $0.squeezed(at: -1) }, to: [1, 3], reference: { [0, $0[1], 0] }),
        moved("expanded", [3, 2], { $0.expanded(at: 1) }, to: [3, 1, 2], reference: { [$0[0], $0[2]] }),
        moved("broadcast", [3, 1], { $0.broadcast(to: [2, 3, 4]) }, to: [2, 3, 4], reference: { [$0[1], 0] }),
        moved(
            "converted to bfloat16 and back", [3, 4], { $0.converted(to: .bfloat16).converted(to: .float32) },
            .bfloat16, reference: { $0 }),
        OpCase(
            name: "converted from float32 to bfloat16", inputs: [.random([3, 4], 27)], differentiable: [0],
            narrowings: 1, apply: { $0[0].converted(to: .bfloat16) }, reference: { $0[0].values }),
        OpCase(
            name: "converted from float32 to float16", inputs: [.random([3, 4], 28)], differentiable: [0],
            narrowings: 0.125, apply: { $0[0].converted(to: .float16) }, reference: { $0[0].values }),
        OpCase(
            name: "converted from int32", inputs: [Tensor([1 as Int32, -3, 1 << 20])], roundings: 0,
            apply: { $0[0].converted(to: .float32) }, reference: { $0[0].values }),
    ]

    private static let alongIndices = Tensor(
        (0..<18).map { Int32(($0 * 7) % 4) }, shape: [3, 3, 2])

    /// An operation that only moves elements: `source` says where each comes from.
    private static func moved(
        _ name: String, _ shape: [Int], _ apply: @escaping @Sendable (Tensor) -> Tensor, _ dtype: DType = .float32,
        to result: [Int]? = nil, reference source: @escaping @Sendable ([Int]) -> [Int]
    ) -> OpCase {
        let x = Tensor.random(shape, 26, dtype)
        let resultShape = result ?? apply(x).shape
        return OpCase(
            name: name, inputs: [x], differentiable: [0], narrowings: dtype == .bfloat16 ? 2 : 0,
            apply: { apply($0[0]) },
            reference: { grids in Grid.indices(resultShape).map { grids[0][source($0)] } })
    }

    private static func takeCase(
        _ name: String, _ shape: [Int], _ indices: [Int32], along axis: Int, _ dtype: DType = .float32
    ) -> OpCase {
        var result = shape
        result[axis] = indices.count
        var large = shape
        large[0] = 5
        large[shape.count - 1] = 9000
        let resultShape = result
        return OpCase(
            name: name, inputs: [.random(shape, 29, dtype)], differentiable: [0],
            narrowings: dtype == .bfloat16 ? 2 : 0, threadInputs: [.random(large, 29, dtype)],
            apply: { take($0[0], Tensor(indices), along: axis) },
            reference: { grids in
                Grid.indices(resultShape).map { index in
                    var from = index
                    from[axis] = Int(indices[index[axis]])
                    return grids[0][from]
                }
            })
    }

    private static func scatterCase(_ dtype: DType) -> OpCase {
        OpCase(
            name: "scatterAdd, \(dtype)", inputs: [.random([3, 4, 2], 31, dtype), .random([3, 3, 2], 32, dtype)],
            differentiable: [0, 1], narrowings: dtype == .bfloat16 ? 1 : 0,
            apply: { scatterAdd($0[0], alongIndices, $0[1], along: 1) },
            reference: { grids in
                var sums = grids[0].values
                for (place, index) in Grid.indices([3, 3, 2]).enumerated() {
                    let row = Int(alongIndices.integers[place])
                    sums[(index[0] * 4 + row) * 2 + index[2]] += grids[1].values[place]
                }
                return sums
            })
    }

    private static func embeddingCase(_ dtype: DType, _ output: DType?) -> OpCase {
        let tokens = Tensor([4 as Int32, 0, 4, 2, 4, 1], shape: [2, 3])
        return OpCase(
            name: "embedding from \(dtype) to \(output ?? dtype)", inputs: [.random([5, 3], 33, dtype)],
            differentiable: [0], narrowings: dtype == .float32 ? 0 : 2,
            apply: { embedding(tokens, weight: $0[0], output: output) },
            reference: { grids in tokens.integers.flatMap { grids[0].row(Int($0)) } })
    }
}
