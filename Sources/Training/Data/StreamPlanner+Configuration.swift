extension StreamPlanner {
    /// What a configuration asks for.
    ///
    /// - Parameters:
    ///   - configuration: the run's configuration.
    ///   - datasets: what is trained on and evaluated, at least one.
    ///   - lossTokenCost: what the head takes for a token that carries loss, in tokens of the layers.
    public init(_ configuration: TrainConfiguration, _ datasets: [TokenizedDataset], lossTokenCost: Double = 0) {
        let size = configuration.training.perDeviceTrainBatchSize
        self.init(
            packing: configuration.data.packing, sharing: configuration.sharesPrefixes,
            tokenLimit: datasets.map { Self.packedTokens(batchSize: size, $0) }.max()!,
            rowsPerExample: configuration.method.rowsPerExample, lossTokenCost: lossTokenCost)
    }

    /// The most tokens that a packed stream of several examples has without sharing: with sharing it may have as many, and so
    /// takes no more memory.
    static func packedTokens(batchSize: Int, _ dataset: TokenizedDataset) -> Int {
        let most = dataset.rows.map(\.tokens.count).sorted(by: >).prefix(batchSize * dataset.rowsPerExample).reduce(
            0, +)
        return min(most, MicroBatch.streamTokens)
    }
}
