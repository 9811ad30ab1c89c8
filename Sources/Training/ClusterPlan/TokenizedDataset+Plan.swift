import ModelFiles
import Tokenizers

extension TokenizedDataset {
    /// The training rows of a run, without its model.
    ///
    /// - Throws: `InputError` as a run does.
    public init(trainingRowsOf configuration: TrainConfiguration, _ location: ModelLocation) throws {
        let encoder = RowEncoder(configuration.data, try Tokenizer(of: location))
        self = try encoder.rows(of: configuration.data.train, for: configuration.method)
    }
}
