/// A tree of rows cut into streams.
struct StreamLayout {
    let tree: PrefixTree
    /// The indices in the data set of the tree's rows.
    let indices: [Int]
    /// The rows of the tree in each stream, in its order.
    let streams: [[Int]]
    /// Tokens in all streams; what a stream needs of a stretch that another has too counts for both.
    let tokenCount: Int

    /// Fills streams with the rows of a tree in its order.
    ///
    /// Rows that begin alike and fit into one stream together are not divided between two, which would compute their
    /// beginning twice.
    ///
    /// - Parameters:
    ///   - packing: whether rows that have nothing in common share a stream.
    ///   - tokenLimit: the most tokens of a stream; a longer row is a stream of its own.
    init(_ tree: PrefixTree, indices: [Int], packing: Bool, tokenLimit: Int) {
        let family = Self.familyTokens(tree)
        var streams: [[Int]] = []
        var streamOf = Array(repeating: -1, count: tree.nodes.count)
        var (filled, tokenCount) = (0, 0)
        for row in tree.rowOrder {
            let path = tree.path(ofRow: row)
            func added(to stream: Int) -> Int {
                path.reduce(0) { $0 + (streamOf[$1] == stream ? 0 : tree.nodes[$1].range.count) }
            }
            var stream = streams.count - 1
            let startsFamily = streamOf[path[0]] != stream
            let together = family[path[0]]
            let isCut = startsFamily && (!packing || together <= tokenLimit && filled > tokenLimit - together)
            if streams.isEmpty || isCut || filled > tokenLimit - added(to: stream) {
                streams.append([])
                stream += 1
                filled = 0
            }
            let count = added(to: stream)
            for node in path { streamOf[node] = stream }
            streams[stream].append(row)
            filled += count
            tokenCount += count
        }
        self.tree = tree
        self.indices = indices
        self.streams = streams
        self.tokenCount = tokenCount
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
