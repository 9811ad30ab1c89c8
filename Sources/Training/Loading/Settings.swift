import Layers
import Models
import Tensors

extension LoRAConfiguration {
    /// The adapter a config file asks for.
    public init(_ section: TrainConfiguration.LoRA) {
        let targets: LoRATargets =
            switch section.targetModules {
            case .names(let names): .modules(names)
            case .pattern(let pattern): .pattern(pattern)
            case .allLinear: .allLinear
            }
        let initializer: LoRAInitializer =
            switch section.initLoraWeights {
            case .kaimingUniform: .kaimingUniform
            case .gaussian: .gaussian
            case .random: .random
            }
        self.init(
            rank: section.r, alpha: section.loraAlpha, dropout: section.loraDropout, useRSLoRA: section.useRslora,
            rankPattern: section.rankPattern.map { .init($0.pattern, $0.value) },
            alphaPattern: section.alphaPattern.map { .init($0.pattern, $0.value) }, targets: targets,
            initializer: initializer)
    }
}

extension QuantizationSettings {
    /// The 4-bit form a config file asks for.
    public init(_ section: TrainConfiguration.Quantization) {
        self.init(
            type: QuantizationType(rawValue: section.quantType.rawValue)!, blockSize: section.blockSize,
            doubleQuantized: section.doubleQuant)
    }
}
