import Diagnostics

extension MicroBatch {
    /// Lays rows out in one stream, end to end.
    ///
    /// - Parameters:
    ///   - indices: the rows, in order.
    ///   - dataset: the data set they are from.
    public init(rows indices: [Int], of dataset: TokenizedDataset) {
        let rows = indices.map { dataset.rows[$0] }
        self.init(places: Array(rows.indices), of: PrefixTree(apart: rows), rows: rows, indices: indices)
    }

    /// Lays some rows of a tree out in one stream: the nodes that they go through, each once.
    ///
    /// - Parameters:
    ///   - places: the rows of the tree, in its order.
    ///   - tree: the tree of `rows`.
    ///   - rows: the rows the tree was made of.
    ///   - indices: what `Row.index` is to be for each of `rows`.
    public init(places: [Int], of tree: PrefixTree, rows: [TokenizedRow], indices: [Int]) {
        // Of each segment: the node, and the first token in it that any row has loss on.
        var nodes: [PrefixTree.Node] = []
        var lossStarts: [Int] = []
        var segmentOf: [Int: Int] = [:]
        for place in places {
            var parent: Int?
            for index in tree.path(ofRow: place) {
                let node = tree.nodes[index]
                let segment =
                    segmentOf[index] ?? append(node, of: rows[node.row], named: indices[node.row], parent: parent)
                if segment == nodes.count {
                    segmentOf[index] = segment
                    nodes.append(node)
                    lossStarts.append(node.range.upperBound)
                }
                let start = max(rows[place].lossStart, node.range.lowerBound)
                lossStarts[segment] = min(lossStarts[segment], start)
                parent = segment
            }
        }
        let firstTargets = segments.indices.map {
            appendTargets(from: lossStarts[$0], in: nodes[$0], of: rows[nodes[$0].row], segment: $0)
        }
        for place in places {
            var row = Row(index: indices[place], tokenCount: rows[place].tokens.count)
            for index in tree.path(ofRow: place) {
                let (range, segment) = (tree.nodes[index].range, segmentOf[index]!)
                let start = max(rows[place].lossStart, range.lowerBound)
                guard start < range.upperBound else { continue }
                let first = firstTargets[segment] + start - lossStarts[segment]
                let targets = first..<first + range.upperBound - start
                for target in targets { lossWeights[target] += 1 }
                row.targets.append(targets)
            }
            self.rows.append(row)
        }
    }

    /// Appends a node's tokens and returns their segment.
    private mutating func append(
        _ node: PrefixTree.Node, of row: TokenizedRow, named index: Int, parent: Int?
    ) -> Int {
        require(tokens.count + node.range.count <= Int(Int32.max), "MicroBatch: more tokens than Int32 can count")
        segments.append(Segment(start: tokens.count, count: node.range.count, parent: parent))
        segmentRows.append(index)
        tokens += row.tokens[node.range]
        return segments.count - 1
    }

    /// Appends the tokens of a segment that carry loss, without weight yet, and returns the index of the first.
    private mutating func appendTargets(
        from lossStart: Int, in node: PrefixTree.Node, of row: TokenizedRow, segment index: Int
    ) -> Int {
        let first = targets.count
        let segment = segments[index]
        for position in lossStart..<node.range.upperBound {
            let before: Int
            if position > node.range.lowerBound {
                before = segment.start + position - node.range.lowerBound - 1
            } else {
                // Token 0 of a row never carries loss, so a first token that does has a parent.
                let parent = segments[segment.parent!]
                before = parent.start + parent.count - 1
            }
            lossPositions.append(Int32(before))
            targets.append(row.tokens[position])
        }
        lossWeights += Array(repeating: 0, count: targets.count - first)
        return first
    }
}
