import Diagnostics
import ModelFiles
import Models
import Tokenizers

extension TokenizedDataset {
    /// The training rows of a run, without its model.
    ///
    /// - Throws: `InputError` as a run does.
    public init(trainingRowsOf configuration: TrainConfiguration, _ location: ModelLocation) throws {
        let encoder = RowEncoder(
            tokenizer: try Tokenizer(of: location), maxLength: configuration.data.maxLength,
            completionOnlyLoss: configuration.data.completionOnlyLoss)
        self = try encoder.rows(of: configuration.data.train, for: configuration.method)
    }
}
