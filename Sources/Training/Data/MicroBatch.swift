import Diagnostics

/// Rows laid out end to end in one flat stream of tokens, with the segments they take and the targets they give.
///
/// There is no padding: attention and positions follow the segments, so a token sees only its own row and positions
/// begin at 0 in every row.
public struct MicroBatch: Sendable, Equatable {
    /// A row's place in the stream.
    public struct Segment: Sendable, Equatable {
        /// The index of its first token in the stream.
        public var start: Int
        /// Its number of tokens.
        public var count: Int

        /// - Parameters:
        ///   - start: the index of its first token in the stream.
        ///   - count: its number of tokens.
        public init(start: Int, count: Int) {
            self.start = start
            self.count = count
        }
    }

    /// The tokens of all rows, one after the other.
    public var tokens: [Int32] = []
    /// The place of each row in the stream, in order, without gaps.
    public var segments: [Segment] = []
    /// For each token that carries loss, the index in the stream of the token before it: the row of the hidden states
    /// that predicts it.
    public var lossPositions: [Int32] = []
    /// The tokens that carry loss, in the order of `lossPositions`.
    public var targets: [Int32] = []
    /// The indices of the rows in the data set, one a segment.
    public var rows: [Int] = []

    /// Lays rows out in one stream.
    ///
    /// - Parameters:
    ///   - indices: the rows, in order.
    ///   - dataset: the data set they are from.
    public init(rows indices: [Int], of dataset: TokenizedDataset) {
        for index in indices { append(dataset.rows[index], index: index) }
    }

    /// Tokens of a stream that packing fills: products over more rows are no faster, and take more memory.
    public static let streamTokens = 2048

    /// Lays out the rows of a configured micro-batch.
    ///
    /// Packing puts rows together, in order, in streams of up to `streamTokens` tokens (a longer row is a stream of its
    /// own), which keeps matrix products large; without it every row is a stream. Neither changes which rows make up a
    /// step or a micro-batch: batch sizes count rows either way, and the loss is the same.
    ///
    /// - Parameters:
    ///   - indices: the rows of the micro-batch, in order.
    ///   - dataset: the data set they are from.
    ///   - packing: whether rows share streams.
    /// - Returns: streams to be computed one at a time.
    public static func streams(rows indices: [Int], of dataset: TokenizedDataset, packing: Bool) -> [MicroBatch] {
        var streams: [[Int]] = []
        var filled = Int.max
        for index in indices {
            let count = dataset.rows[index].tokens.count
            if packing, filled <= streamTokens - count {
                streams[streams.count - 1].append(index)
                filled += count
            } else {
                streams.append([index])
                filled = count
            }
        }
        return streams.map { MicroBatch(rows: $0, of: dataset) }
    }

    private mutating func append(_ row: TokenizedRow, index: Int) {
        let start = tokens.count
        require(start + row.tokens.count <= Int(Int32.max), "MicroBatch: more tokens than Int32 can count")
        tokens += row.tokens
        segments.append(Segment(start: start, count: row.tokens.count))
        rows.append(index)
        for i in row.tokens.indices.dropFirst(row.lossStart) {
            lossPositions.append(Int32(start + i - 1))
            targets.append(row.tokens[i])
        }
    }
}
