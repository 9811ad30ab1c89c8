/// Rows as a tree of tokens: what rows have in common at their beginning stands once, and each goes on from there.
///
/// A node is a stretch of tokens; a row is the path from a root to the node of its last token. Rows that are equal end in
/// the same node, and one that is the beginning of another ends on the other's path. Whether tokens carry loss does not
/// matter here, so a tree may hold pairs of a preference as well as single rows.
public struct PrefixTree: Sendable, Equatable {
    /// A stretch of tokens that the same rows go through.
    public struct Node: Sendable, Equatable {
        /// The node whose last token comes before this one's first; nil where rows begin.
        public var parent: Int?
        /// A row that has these tokens.
        public var row: Int
        /// Which tokens of the row they are; the lower bound is the position of the node's first token.
        public var range: Range<Int>
    }

    /// The fewest tokens that a shared stretch has to save to be a node of its own.
    ///
    /// A further segment fills tiles of attention less well, in every layer, forward and backward. That costs as much as
    /// a few tokens; a begin token and the header of the first turn alone are not worth it for a pair of rows.
    public static let smallestSaving = 16

    /// Depth first, parents before their children and siblings in the order of their first rows.
    public let nodes: [Node]
    /// For each row the node of its last token.
    public let ends: [Int]

    init(nodes: [Node], ends: [Int]) {
        self.nodes = nodes
        self.ends = ends
    }

    /// Rows of which none shares anything: each a root of its own.
    public init(apart rows: [TokenizedRow]) {
        nodes = rows.indices.map { Node(parent: nil, row: $0, range: rows[$0].tokens.indices) }
        ends = Array(rows.indices)
    }

    /// Rows that share what they have in common at their beginning, where that saves `smallestSaving` tokens or more.
    ///
    /// - Parameter rows: none of them empty.
    /// - Complexity: O(tokens), and O(rows · log rows) for the order.
    public init(sharing rows: [TokenizedRow]) {
        var builder = PrefixTreeBuilder()
        for index in rows.indices { builder.insert(index, of: rows) }
        self = builder.tree(smallestSaving: Self.smallestSaving)
    }

    /// The rows so that those which begin alike lie together: depth first, equal ones in their own order.
    public var rowOrder: [Int] { ends.indices.sorted { (ends[$0], $0) < (ends[$1], $1) } }

    /// The number of tokens in all nodes.
    public var tokenCount: Int { nodes.reduce(0) { $0 + $1.range.count } }

    /// The nodes of a row, from its root on.
    public func path(ofRow row: Int) -> [Int] {
        var path = [ends[row]]
        while let parent = nodes[path[path.count - 1]].parent { path.append(parent) }
        return path.reversed()
    }
}
