/// How large the streams of a run get at most.
struct StreamCapacity: Equatable {
    /// The most tokens of a stream in which rows share beginnings: as many as packed streams have without sharing, so that
    /// sharing takes no more memory.
    let sharedTokens: Int
    /// The most tokens of any stream.
    let tokens: Int
    /// The most targets of any stream.
    let lossTokens: Int

    /// - Parameters:
    ///   - rowsTogether: the most rows of a micro-batch that lie in one stream without sharing.
    ///   - sharing: whether rows share beginnings.
    ///   - datasets: what is trained on and evaluated.
    init(rowsTogether: Int, sharing: Bool, datasets: [TokenizedDataset]) {
        let packed = rowsTogether > 1 ? MicroBatch.streamTokens : 0
        let largest = datasets.map { dataset in
            func most(_ counts: [Int]) -> Int { counts.sorted(by: >).prefix(rowsTogether).reduce(0, +) }
            let tokens = min(most(dataset.rows.map(\.tokens.count)), max(dataset.longestRow, packed))
            // Streams that rows share may hold the endings of more rows than a micro-batch has.
            return (tokens, sharing ? tokens : min(tokens, most(dataset.rows.map(\.lossTokenCount))))
        }
        tokens = largest.map(\.0).max()!
        lossTokens = largest.map(\.1).max()!
        sharedTokens = min(tokens, MicroBatch.streamTokens)
    }
}
