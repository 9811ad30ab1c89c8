import Testing

@testable import Training

@Suite("Trees of rows that begin alike")
struct PrefixTreeTests {
    private func rows(_ tokens: [Int32]...) -> [TokenizedRow] {
        tokens.map { TokenizedRow(tokens: $0, lossStart: 1, line: 1) }
    }

    private func tree(_ rows: [TokenizedRow], smallestSaving: Int) -> PrefixTree {
        var builder = PrefixTreeBuilder()
        for index in rows.indices { builder.insert(index, of: rows) }
        return builder.tree(smallestSaving: smallestSaving)
    }

    /// Every row's path has the row's tokens, and parents come first.
    private func expectSound(_ tree: PrefixTree, _ rows: [TokenizedRow]) {
        for (index, node) in tree.nodes.enumerated() {
            #expect(!node.range.isEmpty)
            #expect(node.range.lowerBound == node.parent.map { tree.nodes[$0].range.upperBound } ?? 0)
            if let parent = node.parent { #expect(parent < index) }
        }
        for (index, row) in rows.enumerated() {
            let path = tree.path(ofRow: index).map { tree.nodes[$0] }
            #expect(path.flatMap { rows[$0.row].tokens[$0.range] } == row.tokens)
        }
        let order = tree.rowOrder
        #expect(order.sorted() == Array(rows.indices))
        for node in tree.nodes.indices {
            let users = order.indices.filter { tree.path(ofRow: order[$0]).contains(node) }
            #expect(users == Array(users[0]..<users[0] + users.count), "the rows of a node lie together")
        }
    }

    @Test("beginnings in common stand once, nested, in the order of the rows")
    func nested() {
        let rows = rows([1, 2, 3, 4], [9], [1, 2, 3, 5], [1, 2, 6], [1, 2, 3, 5], [1, 2])
        let tree = tree(rows, smallestSaving: 1)
        #expect(
            tree.nodes == [
                .init(parent: nil, row: 0, range: 0..<2), .init(parent: 0, row: 0, range: 2..<3),
                .init(parent: 1, row: 0, range: 3..<4), .init(parent: 1, row: 2, range: 3..<4),
                .init(parent: 0, row: 3, range: 2..<3), .init(parent: nil, row: 1, range: 0..<1),
            ])
        #expect(tree.ends == [2, 5, 3, 4, 3, 0])
        #expect(tree.rowOrder == [5, 0, 2, 4, 3, 1])
        #expect(tree.path(ofRow: 2) == [0, 1, 3])
        #expect(tree.tokenCount == 7)
        expectSound(tree, rows)
    }

    @Test("as many tokens as a plain trie has nodes", arguments: [2, 3, 7])
    func naive(alphabet: Int) {
        for seed in 0..<60 {
            let rows = randomRows(1 + seed % 23, seed: UInt64(seed), alphabet: alphabet)
            let tree = tree(rows, smallestSaving: 1)
            expectSound(tree, rows)
            let prefixes = rows.flatMap { row in (1...row.tokens.count).map { Array(row.tokens.prefix($0)) } }
            #expect(tree.tokenCount == Set(prefixes).count)
        }
    }

    @Test("what saves too little is not shared, all else is", arguments: [2, 5, 16])
    func smallestSaving(smallest: Int) {
        for seed in 100..<140 {
            let rows = randomRows(2 + seed % 17, seed: UInt64(seed))
            let tree = tree(rows, smallestSaving: smallest)
            expectSound(tree, rows)
            for (index, node) in tree.nodes.enumerated() {
                let users = tree.nodes.count { $0.parent == index } + (tree.ends.contains(index) ? 1 : 0)
                #expect(users > 0 && (users == 1 || (users - 1) * node.range.count >= smallest))
            }
            // Siblings left apart have too little in common.
            for (index, node) in tree.nodes.enumerated() {
                let tokens = rows[node.row].tokens[node.range]
                for other in tree.nodes[..<index] where other.parent == node.parent {
                    let common = zip(tokens, rows[other.row].tokens[other.range]).prefix { $0 == $1 }.count
                    #expect(common < smallest)
                }
            }
        }
        #expect(PrefixTree.smallestSaving == 16)
        let pair = [17, 16, 15].map { shared in
            let beginning: [Int32] = Array(repeating: 7, count: shared)
            return PrefixTree(sharing: rows(beginning + [1], beginning + [2]))
        }
        #expect(pair.map(\.tokenCount) == [19, 18, 32])
    }

    @Test("rows with nothing in common keep their order, each a root")
    func nothingShared() {
        let rows = rows([5, 1], [3], [4, 4, 4])
        #expect(PrefixTree(sharing: rows) == PrefixTree(apart: rows))
        #expect(PrefixTree(sharing: []).nodes.isEmpty)
    }

    @Test("a chain of a thousand rows, each longer than the one before")
    func chain() {
        let rows = (1...1000).map { TokenizedRow(tokens: Array(repeating: 1, count: 16 * $0), lossStart: 1, line: $0) }
        let tree = PrefixTree(sharing: rows)
        #expect(tree.tokenCount == 16_000)
        #expect(tree.nodes.count == 1000)
        #expect(tree.path(ofRow: 999) == Array(0..<1000))
    }
}
