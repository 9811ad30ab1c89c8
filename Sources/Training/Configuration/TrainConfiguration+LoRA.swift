import Files
import Layers

extension TrainConfiguration {
    /// The section `lora`.
    public struct LoRA: Sendable, Equatable {
        /// `r`: the rank.
        public var r = 16
        /// `lora_alpha`: the update is scaled by alpha ÷ r, or alpha ÷ √r with rsLoRA.
        public var loraAlpha = 32.0
        /// `lora_dropout`: the share of an adapter's inputs that is dropped, at least 0 and below 1.
        public var loraDropout = 0.0
        /// `use_rslora`: scale by alpha ÷ √r (Kalajdzievski 2023).
        public var useRslora = false
        /// `rank_pattern`: ranks of modules that differ from `r`; the first match holds.
        public var rankPattern: [NamePattern<Int>] = []
        /// `alpha_pattern`: alphas of modules that differ from `loraAlpha`; the first match holds.
        public var alphaPattern: [NamePattern<Double>] = []
        /// `target_modules`: a list of names, a regular expression or `"all-linear"`.
        public var targetModules = LoRATargets.modules(["q_proj", "k_proj", "v_proj", "o_proj"])
        /// `init_lora_weights`: `true`, `"gaussian"` or, for `.random`, `false`.
        public var initLoraWeights = LoRAInitializer.kaimingUniform
        /// `adapter_path`: a PEFT folder to start from; its own rank, alpha, targets and rsLoRA then hold.
        public var adapterPath: String?

        /// Every default.
        public init() {}

        /// The adapter these settings describe.
        public var adapter: LoRAConfiguration {
            LoRAConfiguration(
                rank: r, alpha: loraAlpha, dropout: loraDropout, useRSLoRA: useRslora, rankPattern: rankPattern,
                alphaPattern: alphaPattern, targets: targetModules, initializer: initLoraWeights)
        }

        /// No projection has more rows or columns.
        private static let ranks = 1...65_536

        static var format: ConfigFormat<Self> {
            .section(
                LoRA(),
                [
                    ConfigField("r", \.r, .wholeNumber(in: ranks)),
                    ConfigField("lora_alpha", \.loraAlpha, .positive()),
                    ConfigField("lora_dropout", \.loraDropout, .fraction()),
                    ConfigField("use_rslora", \.useRslora, .flag()),
                    ConfigField("rank_pattern", \.rankPattern, .patterns(.wholeNumber(in: ranks))),
                    ConfigField("alpha_pattern", \.alphaPattern, .patterns(.positive())),
                    ConfigField("target_modules", \.targetModules, LoRATargets.format),
                    ConfigField("init_lora_weights", \.initLoraWeights, LoRAInitializer.format),
                    ConfigField("adapter_path", \.adapterPath, ConfigFormat.path().orNull, changesResult: false),
                ])
        }
    }
}

extension LoRATargets {
    static var format: ConfigFormat<Self> {
        ConfigFormat(
            expected: "a list of module names, a regular expression or \"all-linear\"",
            read: { value, _ in
                if let text = value.string {
                    return text.isEmpty ? nil : text == "all-linear" ? .allLinear : .pattern(text)
                }
                guard let values = value.array, !values.isEmpty else { return nil }
                let names = values.compactMap(\.string).filter { !$0.isEmpty }
                return names.count == values.count ? .modules(names) : nil
            },
            write: { targets in
                switch targets {
                case .modules(let names): .array(names.map { .string($0) })
                case .pattern(let pattern): .string(pattern)
                case .allLinear: .string("all-linear")
                }
            })
    }
}

extension LoRAInitializer {
    /// What PEFT can do besides.
    private static let knownElsewhere = [
        "eva", "olora", "pissa", "corda", "loftq", "orthogonal", "mica", "lora_ga",
    ]

    static var format: ConfigFormat<Self> {
        let expected = "true, false or \"gaussian\""
        return ConfigFormat(
            expected: expected,
            read: { value, place in
                switch (value.bool, value.string) {
                case (true, _): return .kaimingUniform
                case (false, _): return .random
                case (_, "gaussian"): return .gaussian
                case (_, let name?) where knownElsewhere.contains(name) || name.hasPrefix("pissa_niter_"):
                    throw place.error("\"\(name)\" is not implemented, expected \(expected)", line: value.line)
                default: return nil
                }
            },
            write: { initialization in
                switch initialization {
                case .kaimingUniform: .bool(true)
                case .random: .bool(false)
                case .gaussian: .string("gaussian")
                }
            })
    }
}
