import Foundation
import Layers
import ModelFiles
import Models
import Tensors

extension RunSetup {
    /// What the run is going to do, a line for each part, for people to read before it begins.
    public var plan: String {
        let shape = model.configuration
        let training = configuration.training
        let quantization = configuration.model.quantization.map {
            "\($0.quantType) blocks of \($0.blockSize)\($0.doubleQuant ? ", double-quantized" : "")"
        }
        let parameterCount = model.parameters.reduce(0) { $0 + $1.count }
        let isPreference = configuration.method == .dpo
        let examples = isPreference ? "pairs" : "rows"
        var lines = [
            (
                "kernels",
                "\(Machine.summary); computes in \(configuration.model.computeDtype.rawValue)"
            ),
            (
                "model",
                "\(configuration.model.path): \(shape.layerCount) layers, hidden \(shape.hiddenSize), "
                    + "\(shape.attentionHeadCount)/\(shape.keyValueHeadCount) heads, vocabulary \(shape.vocabularySize)"
            ),
            ("base", "\(quantization ?? "as stored"), \(ByteCount(model.weightBytes))"),
            (
                "adapter",
                "\(model.adapters.count) projections, r \(Set(model.adapters.map(\.rank)).sorted().map(String.init).joined(separator: "/")), "
                    + "\(parameterCount) trainable parameters"
            ),
            (
                "data",
                "\(trainingRows.exampleCount) \(examples), \(trainingRows.tokenCount) tokens, "
                    + "\(trainingRows.lossTokenCount) with loss"
                    + (evaluationRows.map { "; \($0.exampleCount) evaluation \(examples)" } ?? "")
            ),
            (
                "steps",
                "\(totalSteps) of \(training.perDeviceTrainBatchSize) × \(training.gradientAccumulationSteps) \(examples), "
                    + "\(training.lrSchedulerType.rawValue) learning rate \(training.learningRate)"
            ),
            (
                "memory",
                memory.description
            ),
            ("output", configuration.outputDir),
        ]
        lines.insert(contentsOf: hostLines, at: 1)
        if trainingRows.truncatedRowCount > 0 {
            lines.insert(
                ("truncated", "\(trainingRows.truncatedRowCount) rows to \(configuration.data.maxLength) tokens"),
                at: 5 + hostLines.count
            )
        }
        if isPreference { lines.insert(contentsOf: preferenceLines, at: lines.count - 2) }
        if streamPlanner.sharing { lines.insert(("sharing", "\(sharingForecast)"), at: lines.count - 2) }
        return lines.map { "\($0.0.padding(toLength: 10, withPad: " ", startingAt: 0))\($0.1)" }.joined(separator: "\n")
    }

    /// What a preference run minimises, and what its rewards are measured from.
    private var preferenceLines: [(String, String)] {
        let folder = URL(fileURLWithPath: configuration.outputDir)
        let start = configuration.lora.adapterPath.map { "the adapter \($0)" } ?? "the base model"
        let missing = try? RunReference(self, folders: [folder], resumed: nil, warn: { _ in }).missingRowCount(self)
        let file = RunReference.trainingFile(in: folder).path
        let source =
            missing == 0
            ? "taken from \(file)"
            : "\(missing ?? 0) rows computed before the first step, kept in \(file)"
        return [("loss", "\(configuration.dpo)"), ("reference", "\(start): \(source)")]
    }
}
