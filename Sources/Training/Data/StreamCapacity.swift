/// How large the streams of a run get at most.
struct StreamCapacity: Equatable {
    /// The most tokens of a stream in which rows share beginnings: as many as packed streams have without sharing, so that
    /// sharing takes no more memory.
    let sharedTokens: Int
    /// The most tokens of any stream.
    let tokens: Int
    /// The most targets of any stream.
    let lossTokens: Int
    /// Whether a micro-batch of the first data set may take several streams.
    let splitsMicroBatches: Bool

    /// - Parameters:
    ///   - batchSize: the rows of a micro-batch.
    ///   - packing: whether rows that have nothing in common share streams.
    ///   - sharing: whether rows share beginnings; without packing, such rows share streams.
    ///   - datasets: what is trained on and evaluated.
    init(batchSize: Int, packing: Bool, sharing: Bool, datasets: [TokenizedDataset]) {
        let isTogether = packing || sharing
        let largest = datasets.map { dataset in
            func most(_ counts: [Int]) -> Int {
                counts.sorted(by: >).prefix(isTogether ? batchSize : 1).reduce(0, +)
            }
            let together = most(dataset.rows.map(\.tokens.count))
            let tokens = min(together, max(dataset.longestRow, isTogether ? MicroBatch.streamTokens : 0))
            return (
                tokens: tokens,
                // Streams that rows share may hold the endings of more rows than a micro-batch has.
                lossTokens: sharing ? tokens : min(tokens, most(dataset.rows.map(\.lossTokenCount))),
                isSplit: tokens < together || !packing && batchSize > 1
            )
        }
        tokens = largest.map(\.tokens).max()!
        lossTokens = largest.map(\.lossTokens).max()!
        splitsMicroBatches = largest[0].isSplit
        sharedTokens = min(tokens, MicroBatch.streamTokens)
    }

    /// What a configuration leads to.
    init(_ configuration: TrainConfiguration, _ datasets: [TokenizedDataset]) {
        self.init(
            batchSize: configuration.training.perDeviceTrainBatchSize, packing: configuration.data.packing,
            sharing: configuration.sharesPrefixes, datasets: datasets)
    }
}
