import Files

extension TrainConfiguration {
    /// The section `data`.
    public struct Data: Sendable, Equatable {
        /// Whether rows that begin alike are computed once for the part they share.
        public enum PrefixSharing: Sendable, Equatable {
            /// `"auto"`: where rows share streams (`packing`) and `lora_dropout` is 0, in steps where it saves tokens.
            case automatic
            /// `true`: without packing too; refused where `lora_dropout` is not 0.
            case on
            /// `false`: never.
            case off
        }

        /// `train`: a JSONL file.
        public var train: String
        /// `eval`: a JSONL file of held-out rows; nil: none.
        public var eval: String?
        /// `max_length`: tokens of a row that are kept, from its beginning.
        public var maxLength = 1024
        /// `packing`: whether the rows of a micro-batch are laid out in one stream; see `MicroBatch`.
        public var packing = true
        /// `shuffle`: whether every epoch has an order of its own, drawn from the seed.
        public var shuffle = true
        /// `completion_only_loss`: whether only completions carry loss, and not every token.
        public var completionOnlyLoss = true
        /// `prefix_sharing`: whether rows that begin alike are computed once for the part they share.
        public var prefixSharing = PrefixSharing.automatic

        /// - Parameter train: a JSONL file.
        public init(train: String) {
            self.train = train
        }

        static var format: ConfigFormat<Self> {
            .section(
                Data(train: ""),
                [
                    ConfigField("train", \.train, .path(), isRequired: true, changesResult: false),
                    ConfigField("eval", \.eval, ConfigFormat.path().orNull, changesResult: false),
                    ConfigField("max_length", \.maxLength, .wholeNumber(atLeast: 2)),
                    ConfigField("packing", \.packing, .flag()),
                    ConfigField("shuffle", \.shuffle, .flag()),
                    ConfigField("completion_only_loss", \.completionOnlyLoss, .flag()),
                    ConfigField("prefix_sharing", \.prefixSharing, PrefixSharing.format),
                ])
        }
    }
}

extension TrainConfiguration {
    /// Whether rows that begin alike are computed once for the part they share.
    ///
    /// Dropout draws for each token of a stream: a shared token would be dropped for all its rows at once, which is another
    /// distribution than rows computed apart have.
    var sharesPrefixes: Bool {
        switch data.prefixSharing {
        case .automatic: data.packing && lora.loraDropout == 0
        case .on: true
        case .off: false
        }
    }
}

extension TrainConfiguration.Data.PrefixSharing {
    static var format: ConfigFormat<Self> {
        ConfigFormat(
            expected: "\"auto\", true or false",
            read: { value, _ in
                value.string == "auto" ? .automatic : value.bool.map { $0 ? .on : .off }
            },
            write: { sharing in
                switch sharing {
                case .automatic: .string("auto")
                case .on: .bool(true)
                case .off: .bool(false)
                }
            })
    }
}
