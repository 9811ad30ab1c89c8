/// A tree of rows cut into streams.
struct StreamLayout {
    let tree: PrefixTree
    /// The indices in the data set of the tree's rows.
    let indices: [Int]
    /// The rows of the tree in each stream, in its order.
    let streams: [[Int]]
    /// Tokens in all streams; what a stream needs of a stretch that another has too counts for both.
    let tokenCount: Int

    /// Fills streams with the rows of a tree in its order, those of one example together.
    ///
    /// Examples that begin alike and fit into one stream together are not divided between two, which would compute their
    /// beginning twice.
    ///
    /// - Parameters:
    ///   - packing: whether examples that have nothing in common share a stream.
    ///   - tokenLimit: the most tokens of a stream; a longer example is a stream of its own.
    ///   - rowsPerExample: neighbouring rows that are one example.
    init(_ tree: PrefixTree, indices: [Int], packing: Bool, tokenLimit: Int, rowsPerExample: Int = 1) {
        let family = Self.familyTokens(tree)
        var streams: [[Int]] = []
        var streamOf = Array(repeating: -1, count: tree.nodes.count)
        var (filled, tokenCount) = (0, 0)
        for example in Self.examples(of: tree, rowsPerExample: rowsPerExample) {
            let paths = example.map { tree.path(ofRow: $0) }
            let nodes = Set(paths.joined())
            let roots = Set(paths.map { $0[0] })
            func added(to stream: Int) -> Int {
                nodes.reduce(0) { $0 + (streamOf[$1] == stream ? 0 : tree.nodes[$1].range.count) }
            }
            var stream = streams.count - 1
            let startsFamily = roots.allSatisfy { streamOf[$0] != stream }
            let together = roots.reduce(0) { $0 + family[$1] }
            let isCut = startsFamily && (!packing || together <= tokenLimit && filled > tokenLimit - together)
            if streams.isEmpty || isCut || filled > tokenLimit - added(to: stream) {
                streams.append([])
                stream += 1
                filled = 0
            }
            let count = added(to: stream)
            for node in nodes { streamOf[node] = stream }
            streams[stream] += example
            filled += count
            tokenCount += count
        }
        self.tree = tree
        self.indices = indices
        self.streams = streams.map { rows in rows.sorted { (tree.ends[$0], $0) < (tree.ends[$1], $1) } }
        self.tokenCount = tokenCount
    }

    /// The rows of each example, in the order of their first row in the tree.
    private static func examples(of tree: PrefixTree, rowsPerExample: Int) -> [[Int]] {
        var rows: [Int: [Int]] = [:]
        var order: [Int] = []
        for row in tree.rowOrder {
            let example = row / rowsPerExample
            if rows[example] == nil { order.append(example) }
            rows[example, default: []].append(row)
        }
        return order.map { rows[$0]! }
    }

    /// For each root, the tokens of all nodes below it and its own.
    private static func familyTokens(_ tree: PrefixTree) -> [Int] {
        var tokens = tree.nodes.map(\.range.count)
        for index in tree.nodes.indices.reversed() {
            if let parent = tree.nodes[index].parent { tokens[parent] += tokens[index] }
        }
        return tokens
    }
}
