extension StreamPlanner {
    /// The streams that a configuration asks for.
    ///
    /// Where rows share beginnings their streams have no more tokens than those of micro-batches that share nothing, so
    /// that sharing takes no more memory.
    ///
    /// - Parameters:
    ///   - configuration: the run's configuration.
    ///   - datasets: what is trained on and evaluated.
    init(_ configuration: TrainConfiguration, datasets: [TokenizedDataset]) {
        let (packing, sharing) = (configuration.data.packing, configuration.sharesPrefixes)
        let batchSize = packing || sharing ? configuration.training.perDeviceTrainBatchSize : 1
        let largest = datasets.map { dataset in
            dataset.rows.map(\.tokens.count).sorted(by: >).prefix(batchSize).reduce(0, +)
        }
        self.init(
            packing: packing, sharing: sharing, tokenLimit: min(largest.max() ?? 0, MicroBatch.streamTokens))
    }
}
