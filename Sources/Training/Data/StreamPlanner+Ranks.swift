extension StreamPlanner {
    /// The rows of a step that a rank computes, in micro-batches as large as the step's.
    ///
    /// Examples that begin alike stay together where they share beginnings, unless one rank would then have much more to
    /// compute than the others. Every rank plans the same shares, from the step's rows alone.
    ///
    /// - Parameters:
    ///   - microBatches: the step's, indices of rows, all of an example's one after the other.
    ///   - rows: all rows.
    ///   - rank: whose share it is.
    ///   - rankCount: the ranks that divide the step.
    /// - Returns: nothing where there are fewer examples than ranks and others have them.
    public func share(
        of microBatches: [[Int]], rows: [TokenizedRow], rank: Int, rankCount: Int
    ) -> [[Int]] {
        guard rankCount > 1, let size = microBatches.map(\.count).max() else { return microBatches }
        let indices = microBatches.flatMap { $0 }
        let families = families(of: indices.map { rows[$0] })
        let total = families.reduce(0) { $0 + $1.cost }
        var best: (load: Int, places: [Int])?
        // Families whole, then cut into parts of at most a rank's fair share, a half and a quarter of it.
        for parts in [0, 1, 2, 4] {
            let share = max(1, total / (rankCount * max(1, parts)))
            let cut = parts == 0 ? families : families.flatMap { $0.cut(into: ($0.cost + share - 1) / share) }
            let shares = balancedShares(cut.map(\.cost), rankCount: rankCount)
            let load = shares.map { $0.reduce(0) { $0 + cut[$1].cost } }.max()!
            if best.map({ load < $0.load }) ?? true { best = (load, shares[rank].flatMap { cut[$0].places }.sorted()) }
        }
        let own = best!.places.map { indices[$0] }
        return stride(from: 0, to: own.count, by: size).map { Array(own[$0..<min($0 + size, own.count)]) }
    }

    /// Examples that share beginnings; each by itself where nothing is shared.
    private func families(of rows: [TokenizedRow]) -> [ExampleFamily] {
        let tree = sharing ? PrefixTree(sharing: rows) : PrefixTree(apart: rows)
        var families: [Int: ExampleFamily] = [:]
        var order: [Int] = []
        var familyOf = [Int?](repeating: nil, count: rows.count / rowsPerExample)
        for row in tree.rowOrder {
            let example = row / rowsPerExample
            guard familyOf[example] == nil else { continue }
            let places = Array(example * rowsPerExample..<(example + 1) * rowsPerExample)
            let nodes = Set(places.flatMap { tree.path(ofRow: $0) })
            let root = tree.path(ofRow: row)[0]
            familyOf[example] = root
            if families[root] == nil { order.append(root) }
            families[root, default: ExampleFamily()].append(
                ExampleFamily.Example(
                    places: places, nodes: nodes.map { ($0, tree.nodes[$0].range.count) },
                    lossCost: Int((lossTokenCost * Double(places.reduce(0) { $0 + rows[$1].lossTokenCount })).rounded())
                ))
        }
        return order.map { families[$0]! }
    }
}

/// Examples that begin alike, neighbours sharing most.
private struct ExampleFamily {
    struct Example {
        /// The places of its rows in the step.
        let places: [Int]
        /// The nodes of the tree that it goes through, with their tokens.
        let nodes: [(node: Int, tokenCount: Int)]
        /// What the head takes for its tokens that carry loss, in tokens of the layers.
        let lossCost: Int
    }

    private var examples: [Example] = []
    private var nodes: Set<Int> = []
    /// What computing all of them takes, in tokens: shared ones count once, those that carry loss more.
    private(set) var cost = 0

    var places: [Int] { examples.flatMap(\.places) }

    mutating func append(_ example: Example) {
        examples.append(example)
        for (node, count) in example.nodes where nodes.insert(node).inserted { cost += count }
        cost += example.lossCost
    }

    /// The family in runs of neighbours, at most `count` of them, so that the longest is as short as it can be.
    func cut(into count: Int) -> [ExampleFamily] {
        if count == 1 || examples.count == 1 { return [self] }
        var (tooFew, enough) = (0, cost)
        while enough - tooFew > 1 {
            let middle = (tooFew + enough) / 2
            if runs(of: middle, atMost: count) == nil { tooFew = middle } else { enough = middle }
        }
        return runs(of: enough, atMost: count)!
    }

    /// The family in runs that cost at most `limit`; nil where that takes more than `count`.
    private func runs(of limit: Int, atMost count: Int) -> [ExampleFamily]? {
        var runs = [ExampleFamily()]
        for example in examples {
            var longer = runs[runs.count - 1]
            longer.append(example)
            if longer.cost <= limit {
                runs[runs.count - 1] = longer
                continue
            }
            if !runs[runs.count - 1].examples.isEmpty { runs.append(ExampleFamily()) }
            runs[runs.count - 1].append(example)
            if runs.count > count || runs[runs.count - 1].cost > limit { return nil }
        }
        return runs
    }
}
