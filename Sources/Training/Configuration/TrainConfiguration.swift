/// Everything one training run is told: the content of the JSON file that `train --config` takes.
///
/// Properties are named as the keys of the file, in camel case, and keep their defaults. Names and meanings follow
/// PEFT, TRL and transformers where the concept exists there. Paths are absolute once read from a file.
public struct TrainConfiguration: Sendable, Equatable {
    /// What is optimised.
    public enum Method: String, Sendable, CaseIterable {
        /// Supervised fine-tuning: cross-entropy of the completion.
        case sft
        /// Direct preference optimisation (Rafailov et al. 2023).
        case dpo

        /// Rows of tokens that one line of a data file makes.
        var rowsPerExample: Int {
            switch self {
            case .sft: 1
            case .dpo: 2
            }
        }
    }

    /// `method`: what is optimised.
    public var method = Method.sft
    /// `model`: the frozen base.
    public var model: Model
    /// `lora`: the adapter.
    public var lora = LoRA()
    /// `data`: the rows.
    public var data: Data
    /// `dpo`: settings of the method of that name; unused by others.
    public var dpo = DPO()
    /// `training`: the optimisation.
    public var training = Training()
    /// `output_dir`: the folder the run writes to.
    public var outputDir = "Checkpoints/sft"

    /// A configuration with every default.
    ///
    /// - Parameters:
    ///   - model: the frozen base.
    ///   - data: the rows.
    public init(model: Model, data: Data) {
        self.model = model
        self.data = data
    }

    static var format: ConfigFormat<Self> {
        .section(
            TrainConfiguration(model: Model(path: ""), data: Data(train: "")),
            [
                ConfigField("method", \.method, .choice(of: Method.allCases)),
                ConfigField("model", \.model, Model.format),
                ConfigField("lora", \.lora, LoRA.format),
                ConfigField("data", \.data, Data.format),
                ConfigField("dpo", \.dpo, DPO.format),
                ConfigField("training", \.training, Training.format),
                ConfigField("output_dir", \.outputDir, .path(), changesResult: false),
            ])
    }
}
