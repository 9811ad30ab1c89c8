import Files
import Tensors

extension TrainConfiguration {
    /// The section `training`.
    public struct Training: Sendable, Equatable {
        /// `max_steps`: optimizer steps of the whole run; nil: as many as `numTrainEpochs` makes.
        public var maxSteps: Int?
        /// `num_train_epochs`: passes over the rows, where `maxSteps` is nil; may have a fraction.
        public var numTrainEpochs = 1.0
        /// `per_device_train_batch_size`: the most rows that are computed at once, whatever the number of ranks.
        public var perDeviceTrainBatchSize = 4
        /// `gradient_accumulation_steps`: micro-batches of an optimizer step, which the ranks divide.
        public var gradientAccumulationSteps = 1
        /// `learning_rate`: the peak of the schedule.
        public var learningRate = 2e-4
        /// `lr_scheduler_type`: what the rate does after warm-up.
        public var lrSchedulerType = LearningRateSchedule.Shape.cosine
        /// `warmup_steps`: steps of warm-up; above 0 it overrides `warmupRatio`, as in transformers.
        public var warmupSteps = 0
        /// `warmup_ratio`: warm-up as a share of all steps, 0 to 1.
        public var warmupRatio = 0.0
        /// `weight_decay`: decoupled decay a step, times the rate.
        public var weightDecay = 0.0
        /// `adam_beta1`: decay of the mean of gradients.
        public var adamBeta1 = 0.9
        /// `adam_beta2`: decay of the mean of squared gradients.
        public var adamBeta2 = 0.999
        /// `adam_epsilon`: added to the root of the second moment.
        public var adamEpsilon = 1e-8
        /// `max_grad_norm`: what the norm over all gradients is clipped to; 0: no clipping.
        public var maxGradNorm = 1.0
        /// `seed`: of initialisation, order of rows and dropout.
        public var seed = 42
        /// `gradient_dtype`: what ranks send each other gradients in, `.float32` or `.bfloat16`.
        public var gradientDtype = DType.float32
        /// `memory_budget`: what the run may hold in memory at most.
        public var memoryBudget = MemoryBudget.automatic
        /// `logging_steps`: steps from one line of metrics to the next.
        public var loggingSteps = 1
        /// `eval_steps`: steps from one evaluation to the next; nil: none on the way.
        public var evalSteps: Int?
        /// `save_steps`: steps from one checkpoint to the next.
        public var saveSteps = 50
        /// `save_total_limit`: checkpoints that are kept, the newest; nil: all.
        public var saveTotalLimit: Int? = 3

        /// Every default.
        public init() {}

        static var format: ConfigFormat<Self> {
            let count = ConfigFormat.wholeNumber(atLeast: 1)
            return .section(
                Training(),
                [
                    ConfigField("max_steps", \.maxSteps, count.orNull, changesResult: false),
                    ConfigField("num_train_epochs", \.numTrainEpochs, .nonNegative(), changesResult: false),
                    ConfigField("per_device_train_batch_size", \.perDeviceTrainBatchSize, count),
                    ConfigField("gradient_accumulation_steps", \.gradientAccumulationSteps, count),
                    ConfigField("learning_rate", \.learningRate, .positive()),
                    ConfigField(
                        "lr_scheduler_type", \.lrSchedulerType, .choice(of: LearningRateSchedule.Shape.allCases)),
                    ConfigField("warmup_steps", \.warmupSteps, .wholeNumber(atLeast: 0)),
                    ConfigField("warmup_ratio", \.warmupRatio, .number("from 0 to 1") { (0...1).contains($0) }),
                    ConfigField("weight_decay", \.weightDecay, .nonNegative()),
                    ConfigField("adam_beta1", \.adamBeta1, .fraction()),
                    ConfigField("adam_beta2", \.adamBeta2, .fraction()),
                    ConfigField("adam_epsilon", \.adamEpsilon, .positive()),
                    ConfigField("max_grad_norm", \.maxGradNorm, .nonNegative()),
                    ConfigField("seed", \.seed, .wholeNumber(atLeast: 0)),
                    ConfigField("gradient_dtype", \.gradientDtype, .choice(of: [.float32, .bfloat16])),
                    ConfigField("memory_budget", \.memoryBudget, MemoryBudget.format, changesResult: false),
                    ConfigField("logging_steps", \.loggingSteps, count, changesResult: false),
                    ConfigField("eval_steps", \.evalSteps, count.orNull, changesResult: false),
                    ConfigField("save_steps", \.saveSteps, count, changesResult: false),
                    ConfigField("save_total_limit", \.saveTotalLimit, count.orNull, changesResult: false),
                ])
        }
    }

    /// What a run may hold in memory at most.
    public enum MemoryBudget: Sendable, Equatable {
        /// `"auto"`: 80 % of what the machine has available when the run starts.
        case automatic
        /// A number of bytes, or a size such as `"8GiB"`.
        case bytes(Int)
    }
}

extension TrainConfiguration.MemoryBudget {
    private static let units: [(name: String, bytes: Double)] = [
        ("TiB", 0x1p40), ("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10),
        ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("KB", 1e3), ("B", 1),
    ]

    static var format: ConfigFormat<Self> {
        ConfigFormat(
            expected: "\"auto\", a number of bytes above 0 or a size such as \"8GiB\"",
            read: { value, _ in
                if let bytes = value.integer { return bytes > 0 ? .bytes(bytes) : nil }
                return value.string.flatMap { $0 == "auto" ? .automatic : size($0).map { .bytes($0) } }
            },
            write: { budget in
                switch budget {
                case .automatic: .string("auto")
                case .bytes(let bytes): .number(bytes)
                }
            })
    }

    /// The bytes that `8GiB`, `1.5 GB` or `4096` say; nil where the text is no such size or less than one byte.
    private static func size(_ text: String) -> Int? {
        let unit = units.first { text.hasSuffix($0.name) }
        let digits = text.dropLast(unit?.name.count ?? 0).filter { $0 != " " }
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            let number = Double(digits)
        else { return nil }
        let bytes = number * (unit?.bytes ?? 1)
        return bytes >= 1 && bytes < 0x1p62 ? Int(bytes) : nil
    }
}
