import Diagnostics

/// Grows a radix tree row by row: no node has a single child unless a row ends in it.
struct PrefixTreeBuilder {
    private struct Branch: Hashable {
        /// The node that is continued; -1 where rows begin.
        var node: Int
        var token: Int32
    }

    private var nodes: [PrefixTree.Node] = []
    private var children: [Branch: Int] = [:]
    private var ends: [Int] = []

    /// Adds the next row: row 0 first, then row 1, and so on.
    mutating func insert(_ row: Int, of rows: [TokenizedRow]) {
        let tokens = rows[row].tokens
        require(!tokens.isEmpty, "PrefixTree: row \(row) has no tokens")
        var node = -1
        var depth = 0
        while depth < tokens.count {
            guard let child = children[Branch(node: node, token: tokens[depth])] else {
                node = add(row, depth..<tokens.count, after: node, first: tokens[depth])
                break
            }
            let stretch = nodes[child]
            let shared = Self.commonCount(tokens, rows[stretch.row].tokens, in: stretch.range)
            node = child
            if shared < stretch.range.count {
                node = split(child, behind: shared, tokens: rows[stretch.row].tokens)
            }
            depth += shared
        }
        ends.append(node)
    }

    /// How many tokens of two rows are equal from the beginning of a range of the second.
    private static func commonCount(_ tokens: [Int32], _ others: [Int32], in range: Range<Int>) -> Int {
        tokens.withUnsafeBufferPointer { tokens in
            others.withUnsafeBufferPointer { others in
                let end = min(range.upperBound, tokens.count)
                var position = range.lowerBound
                while position < end, tokens[position] == others[position] { position += 1 }
                return position - range.lowerBound
            }
        }
    }

    private mutating func add(_ row: Int, _ range: Range<Int>, after parent: Int, first: Int32) -> Int {
        nodes.append(PrefixTree.Node(parent: parent < 0 ? nil : parent, row: row, range: range))
        children[Branch(node: parent, token: first)] = nodes.count - 1
        return nodes.count - 1
    }

    /// Puts a new node before what remains of `node`, and returns it.
    private mutating func split(_ node: Int, behind count: Int, tokens: [Int32]) -> Int {
        let whole = nodes[node]
        let middle = whole.range.lowerBound + count
        let upper = add(
            whole.row, whole.range.lowerBound..<middle, after: whole.parent ?? -1,
            first: tokens[whole.range.lowerBound])
        nodes[node].parent = upper
        nodes[node].range = middle..<whole.range.upperBound
        children[Branch(node: upper, token: tokens[middle])] = node
        return upper
    }
}

extension PrefixTreeBuilder {
    /// The tree, depth first. A stretch that saves too little is not shared: those that go through it hold it themselves.
    func tree(smallestSaving: Int) -> PrefixTree {
        var childrenOf: [[Int]] = Array(repeating: [], count: nodes.count)
        var roots: [Int] = []
        for node in nodes.indices.sorted(by: { nodes[$0].row < nodes[$1].row }) {
            if let parent = nodes[node].parent { childrenOf[parent].append(node) } else { roots.append(node) }
        }
        var hasEnd = Array(repeating: false, count: nodes.count)
        for node in ends { hasEnd[node] = true }

        var laidOut: [PrefixTree.Node] = []
        var newEnds = Array(repeating: -1, count: nodes.count)
        // Chains of rows that continue each other may be deep, so the way down is kept here and not in calls.
        var waiting = roots.reversed().map { (node: $0, parent: Int?.none, start: 0) }
        while let (node, parent, start) = waiting.popLast() {
            let range = start..<nodes[node].range.upperBound
            let users = childrenOf[node].count + (hasEnd[node] ? 1 : 0)
            let isNode = users == 1 || range.count * (users - 1) >= smallestSaving
            if isNode || hasEnd[node] {
                newEnds[node] = laidOut.count
                laidOut.append(PrefixTree.Node(parent: parent, row: nodes[node].row, range: range))
            }
            for child in childrenOf[node].reversed() {
                waiting.append(isNode ? (child, newEnds[node], range.upperBound) : (child, parent, start))
            }
        }
        return PrefixTree(nodes: laidOut, ends: ends.map { newEnds[$0] })
    }
}
