import Diagnostics
import Tensors

/// Rows laid out in one flat stream of tokens, with the segments they take and the targets they give.
///
/// There is no padding: attention and positions follow the segments, so a token sees only its own row and positions
/// begin at 0 in every row. What rows have in common at their beginning may lie in the stream once; segments continue it.
public struct MicroBatch: Sendable, Equatable {
    /// A stretch of a row, or of several that have it in common.
    public struct Segment: Sendable, Equatable {
        /// The index of its first token in the stream.
        public var start: Int
        /// Its number of tokens.
        public var count: Int
        /// The index of the earlier segment that it continues; nil where rows begin.
        public var parent: Int?

        /// - Parameters:
        ///   - start: the index of its first token in the stream.
        ///   - count: its number of tokens.
        ///   - parent: the index of the earlier segment that it continues; nil where rows begin.
        public init(start: Int, count: Int, parent: Int? = nil) {
            self.start = start
            self.count = count
            self.parent = parent
        }
    }

    /// What a row has of the stream.
    public struct Row: Sendable, Equatable {
        /// Its index in the data set.
        public var index: Int
        /// Its number of tokens, shared ones included.
        public var tokenCount: Int
        /// Where in `targets` its tokens with loss are, in the order of the row.
        public var targets: [Range<Int>] = []

        /// Its number of tokens with loss.
        public var lossTokenCount: Int { targets.reduce(0) { $0 + $1.count } }
    }

    /// The tokens to be computed, segment after segment.
    public var tokens: [Int32] = []
    /// The segments in the order of the stream, without gaps; a parent comes before what continues it.
    public var segments: [Segment] = []
    /// For each target, the index in the stream of the token before it: the row of the hidden states that predicts it.
    /// Where rows part, the same index comes once for each way they go on.
    public var lossPositions: [Int32] = []
    /// The tokens that carry loss, in the order of the stream.
    public var targets: [Int32] = []
    /// For how many rows each target counts: more than one in a stretch they share.
    public var lossWeights: [Float] = []
    /// For each segment, the index in the data set of a row that has it.
    public var segmentRows: [Int] = []
    /// The rows of the stream.
    public var rows: [Row] = []

    /// Tokens of all rows, shared ones counted for each.
    public var rowTokenCount: Int { rows.reduce(0) { $0 + $1.tokenCount } }

    /// Tokens with loss of all rows, shared ones counted for each.
    public var lossTokenCount: Int { rows.reduce(0) { $0 + $1.lossTokenCount } }

    /// The segments as dropout numbers them: what it drops of a row depends on the row, not on the stream it lies in.
    public var dropoutParts: [Dropout.Part] {
        zip(segments, segmentRows).map { segment, row in
            Dropout.Part(rows: segment.start..<segment.start + segment.count, name: row)
        }
    }

    /// Which tokens attention lets see each other, and their positions.
    public var plan: SegmentPlan {
        SegmentPlan(
            segments.map {
                .init(
                    queryStart: $0.start, queryCount: $0.count, keyStart: $0.start, keyCount: $0.count,
                    parent: $0.parent)
            })
    }

    /// The sum of a row's share of losses, such as those of `LlamaModel.tokenLosses`.
    ///
    /// - Parameter losses: one for each target.
    public func sum(_ losses: [Float], of row: Row) -> Double {
        row.targets.joined().reduce(0) { $0 + Double(losses[$1]) }
    }
}
