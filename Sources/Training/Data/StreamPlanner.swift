/// Decides which rows of a step are computed together, in which streams.
///
/// Which rows make up a step is `BatchPlanner`'s; the loss of a step is a sum over its rows, so they may be divided into
/// streams in any way. Packing puts rows one after the other in streams of up to `MicroBatch.streamTokens` tokens, which
/// keeps matrix products large; without it a row is a stream. Sharing puts rows that begin alike, of the whole step, next
/// to each other, and their common beginnings into a stream once; without packing only such rows lie together. Rows of
/// one example are never divided between streams.
public struct StreamPlanner: Sendable, Equatable {
    /// Whether rows that have nothing in common share streams.
    public var packing: Bool
    /// Whether rows that begin alike share that beginning.
    public var sharing: Bool
    /// The most tokens of a stream that rows share, shared ones counted once; a longer row is a stream of its own.
    public var tokenLimit: Int
    /// Neighbouring rows that are one example.
    public var rowsPerExample: Int
    /// What the head takes for a token that carries loss, as a multiple of what all layers take for a token.
    public var lossTokenCost: Double

    /// - Parameters:
    ///   - packing: whether rows that have nothing in common share streams.
    ///   - sharing: whether rows that begin alike share that beginning.
    ///   - tokenLimit: the most tokens of a stream in which rows share beginnings.
    ///   - rowsPerExample: neighbouring rows that are one example.
    ///   - lossTokenCost: what the head takes for a token that carries loss, in tokens of the layers.
    public init(
        packing: Bool, sharing: Bool, tokenLimit: Int = MicroBatch.streamTokens, rowsPerExample: Int = 1,
        lossTokenCost: Double = 0
    ) {
        self.packing = packing
        self.sharing = sharing
        self.tokenLimit = tokenLimit
        self.rowsPerExample = rowsPerExample
        self.lossTokenCost = lossTokenCost
    }

    /// The streams of some micro-batches, to be computed one at a time.
    ///
    /// - Parameters:
    ///   - microBatches: indices of rows, all of an example's one after the other.
    ///   - rows: all rows.
    public func streams(_ microBatches: [[Int]], of rows: [TokenizedRow]) -> [MicroBatch] {
        layouts(microBatches, of: rows).flatMap { layout in
            let own = layout.indices.map { rows[$0] }
            return layout.streams.map {
                MicroBatch(places: $0, of: layout.tree, rows: own, indices: layout.indices)
            }
        }
    }

    /// The streams of all rows, in micro-batches of `batchSize` examples where nothing is shared.
    public func streams(ofAll rows: [TokenizedRow], batchSize: Int) -> [MicroBatch] {
        let size = batchSize * rowsPerExample
        let microBatches = stride(from: 0, to: rows.count, by: size).map {
            Array($0..<$0 + min(size, rows.count - $0))
        }
        return streams(microBatches, of: rows)
    }

    /// The tokens that the streams of some micro-batches have, without laying them out.
    public func computedTokenCount(_ microBatches: [[Int]], of rows: [TokenizedRow]) -> Int {
        layouts(microBatches, of: rows).reduce(0) { $0 + $1.tokenCount }
    }

    private func layouts(_ microBatches: [[Int]], of rows: [TokenizedRow]) -> [StreamLayout] {
        if sharing {
            let indices = microBatches.flatMap { $0 }
            let tree = PrefixTree(sharing: indices.map { rows[$0] })
            let layout = StreamLayout(
                tree, indices: indices, packing: packing, tokenLimit: tokenLimit, rowsPerExample: rowsPerExample)
            // Where streams end beginnings may have to be computed again, so the tree alone does not say.
            if layout.tokenCount < indices.reduce(0, { $0 + rows[$1].tokens.count }) { return [layout] }
        }
        return microBatches.map { indices in
            StreamLayout(
                PrefixTree(apart: indices.map { rows[$0] }), indices: indices, packing: packing,
                tokenLimit: MicroBatch.streamTokens, rowsPerExample: rowsPerExample)
        }
    }
}

extension MicroBatch {
    /// Tokens of a stream that packing fills: products over more rows are no faster, and take more memory.
    public static let streamTokens = 2048
}
