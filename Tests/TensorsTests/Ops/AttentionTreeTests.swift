import Tensors
import TestSupport
import Testing

/// Plans whose segments share prefixes.
enum AttentionTrees {
    /// A prompt with two branches, one of which branches again, beside a sequence of its own.
    static let training = SegmentPlan([
        .init(queryStart: 0, queryCount: 40, keyStart: 0, keyCount: 40),
        .init(queryStart: 40, queryCount: 7, keyStart: 40, keyCount: 7, parent: 0),
        .init(queryStart: 47, queryCount: 130, keyStart: 47, keyCount: 130, parent: 0),
        .init(queryStart: 177, queryCount: 1, keyStart: 177, keyCount: 1, parent: 2),
        .init(queryStart: 178, queryCount: 33, keyStart: 178, keyCount: 33, parent: 2),
        .init(queryStart: 211, queryCount: 19, keyStart: 211, keyCount: 19),
    ])

    /// Generation over cached prompts: segments with keys alone at two levels, gaps between the rows of keys, queries in
    /// another order than their keys.
    static let cached = SegmentPlan([
        .init(queryStart: 0, queryCount: 0, keyStart: 0, keyCount: 67),
        .init(queryStart: 0, queryCount: 0, keyStart: 70, keyCount: 5, parent: 0),
        .init(queryStart: 3, queryCount: 1, keyStart: 80, keyCount: 12, parent: 1),
        .init(queryStart: 1, queryCount: 2, keyStart: 95, keyCount: 2, parent: 1),
        .init(queryStart: 0, queryCount: 1, keyStart: 77, keyCount: 1, parent: 0),
        .init(queryStart: 4, queryCount: 37, keyStart: 100, keyCount: 101, parent: 1),
        .init(queryStart: 0, queryCount: 0, keyStart: 203, keyCount: 2),
    ])
}

extension TensorTests {
    @Suite struct AttentionTreeTests {
        @Test("A token's position counts its ancestors' tokens")
        func positions() {
            let found = AttentionTrees.training.positions.integers
            let expected = [0..<40, 40..<47, 40..<170, 170..<171, 170..<203, 0..<19].flatMap { $0.map(Int32.init) }
            #expect(found == expected)
            let cached = SegmentPlan([
                .init(queryStart: 0, queryCount: 0, keyStart: 0, keyCount: 9),
                .init(queryStart: 0, queryCount: 2, keyStart: 9, keyCount: 3, parent: 0),
                .init(queryStart: 2, queryCount: 1, keyStart: 12, keyCount: 1, parent: 0),
            ])
            #expect(cached.positions.integers == [10, 11, 9])
        }

        @Test(
            "Attention over a tree is that over each path from root to leaf as a sequence of its own, gradients summed",
            arguments: [(1, 6), (3, 16), (4, 64)])
        func expansion(group: Int, headDimension: Int) {
            let expanded = Expansion(AttentionTrees.training)
            let (heads, keyValueHeads) = (2 * group, 2)
            let inputs = [heads, keyValueHeads, keyValueHeads].enumerated().map {
                Tensor.random([AttentionTrees.training.queryCount, $1 * headDimension], UInt64(601 + $0))
                    .trackingGradient
            }
            let upstream = Tensor.random([AttentionTrees.training.queryCount, heads * headDimension], 604)
            withEveryInstructionSet { isa in
                let y = attention(
                    queries: inputs[0], keys: inputs[1], values: inputs[2], plan: AttentionTrees.training, heads: heads,
                    keyValueHeads: keyValueHeads)
                let gradients = y.gradients(of: inputs, upstream: upstream)

                let rows = Tensor(expanded.rows)
                let copies = inputs.map { take($0, rows) }
                let long = attention(
                    queries: copies[0], keys: copies[1], values: copies[2], plan: expanded.plan, heads: heads,
                    keyValueHeads: keyValueHeads)
                // Each token's output is taken from one path that holds it, so its queries count once.
                let expected = take(long, Tensor(expanded.places))
                let expectedGradients = expected.gradients(of: inputs, upstream: upstream)

                #expect(relativeDifference(y.floats, expected.floats) < 1e-6, "\(isa)")
                for (found, wanted) in zip(gradients, expectedGradients) {
                    #expect(relativeDifference(found.floats, wanted.floats) < 1e-6, "\(isa)")
                }
            }
        }
    }
}

/// A plan in which every path from a root to a leaf is a sequence of its own.
private struct Expansion {
    let plan: SegmentPlan
    /// For every token of the expanded stream, the tree's token it copies.
    private(set) var rows: [Int32] = []
    /// For every token of the tree, one that copies it.
    private(set) var places: [Int32]

    init(_ tree: SegmentPlan) {
        let parents = Set(tree.segments.compactMap(\.parent))
        var lengths: [Int] = []
        places = Array(repeating: 0, count: tree.queryCount)
        for leaf in tree.segments.indices where !parents.contains(leaf) {
            let path = sequence(first: leaf) { tree.segments[$0].parent }.reversed().map { tree.segments[$0] }
            lengths.append(path.reduce(0) { $0 + $1.queryCount })
            for segment in path {
                for row in segment.queryStart..<segment.queryStart + segment.queryCount {
                    places[row] = Int32(rows.count)
                    rows.append(Int32(row))
                }
            }
        }
        plan = SegmentPlan(lengths: lengths)
    }
}
