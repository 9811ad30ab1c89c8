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

extension TrainConfiguration {
    /// The section `dpo`.
    public struct DPO: Sendable, Equatable {
        /// What is minimised over the margins Δ.
        public enum LossType: String, Sendable, CaseIterable {
            /// −log σ(β·Δ).
            case sigmoid
        }

        /// `beta`: how strongly the policy is held to the reference.
        public var beta = 0.1
        /// `loss_type`: what is minimised.
        public var lossType = LossType.sigmoid
        /// `label_smoothing`: the share of pairs taken to be labelled the wrong way round, 0 to 0.5.
        public var labelSmoothing = 0.0

        /// Every default.
        public init() {}

        static var format: ConfigFormat<Self> {
            .section(
                DPO(),
                [
                    ConfigField("beta", \.beta, .positive()),
                    ConfigField("loss_type", \.lossType, .choice(of: LossType.allCases)),
                    ConfigField(
                        "label_smoothing", \.labelSmoothing, .number("from 0 to 0.5") { (0...0.5).contains($0) }),
                ])
        }
    }
}
