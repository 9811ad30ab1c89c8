/// A module name, or a regular expression for some, with the value that holds for the modules it matches.
public struct NamePattern<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The end of a module's name, or a regular expression that matches the end of it, as in PEFT.
    public var pattern: String
    /// What holds for the modules that match.
    public var value: Value

    /// - Parameters:
    ///   - pattern: the end of a module's name, or a regular expression that matches the end of it.
    ///   - value: what holds for the modules that match.
    public init(_ pattern: String, _ value: Value) {
        self.pattern = pattern
        self.value = value
    }
}

extension TrainConfiguration {
    /// The section `lora`.
    public struct LoRA: Sendable, Equatable {
        /// Which projections get an adapter.
        public enum TargetModules: Sendable, Equatable {
            /// All modules whose names end in one of these.
            case names([String])
            /// All modules whose full names this regular expression matches.
            case pattern(String)
            /// `"all-linear"`: all seven projections of every layer.
            case allLinear
        }

        /// How A and B begin.
        public enum Initialization: Sendable, Equatable {
            /// `true`: A uniform in ±1/√in, B zero.
            case kaimingUniform
            /// `"gaussian"`: A normal with deviation 1/r, B zero.
            case gaussian
            /// `false`: both as for `true` but B random too, so that the adapter is not the identity.
            case random
        }

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
        public var targetModules = TargetModules.names(["q_proj", "k_proj", "v_proj", "o_proj"])
        /// `init_lora_weights`: `true`, `"gaussian"` or, for `.random`, `false`.
        public var initLoraWeights = Initialization.kaimingUniform
        /// `adapter_path`: a PEFT folder to start from; its own rank, alpha, targets and rsLoRA then hold.
        public var adapterPath: String?

        /// Every default.
        public init() {}

        static var format: ConfigFormat<Self> {
            .section(
                LoRA(),
                [
                    ConfigField("r", \.r, .wholeNumber(atLeast: 1)),
                    ConfigField("lora_alpha", \.loraAlpha, .positive()),
                    ConfigField("lora_dropout", \.loraDropout, .fraction()),
                    ConfigField("use_rslora", \.useRslora, .flag()),
                    ConfigField("rank_pattern", \.rankPattern, .patterns(.wholeNumber(atLeast: 1))),
                    ConfigField("alpha_pattern", \.alphaPattern, .patterns(.positive())),
                    ConfigField("target_modules", \.targetModules, TargetModules.format),
                    ConfigField("init_lora_weights", \.initLoraWeights, Initialization.format),
                    ConfigField("adapter_path", \.adapterPath, ConfigFormat.path().orNull, changesResult: false),
                ])
        }
    }
}

extension TrainConfiguration.LoRA.TargetModules {
    static var format: ConfigFormat<Self> {
        ConfigFormat(
            expected: "a list of module names, a regular expression or \"all-linear\"",
            read: { value, _ in
                if let text = value.string {
                    return text.isEmpty ? nil : text == "all-linear" ? .allLinear : .pattern(text)
                }
                guard let values = value.array, !values.isEmpty else { return nil }
                let names = values.compactMap(\.string).filter { !$0.isEmpty }
                return names.count == values.count ? .names(names) : nil
            },
            write: { targets in
                switch targets {
                case .names(let names): .array(names.map { .string($0) })
                case .pattern(let pattern): .string(pattern)
                case .allLinear: .string("all-linear")
                }
            })
    }
}

extension TrainConfiguration.LoRA.Initialization {
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
