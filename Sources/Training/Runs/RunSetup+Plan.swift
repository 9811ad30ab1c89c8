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
        let rows = trainingRows.rows.count
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
                "\(rows) rows, \(trainingRows.tokenCount) tokens, \(trainingRows.lossTokenCount) with loss"
                    + (evaluationRows.map { "; \($0.rows.count) evaluation rows" } ?? "")
            ),
            (
                "steps",
                "\(totalSteps) of \(training.perDeviceTrainBatchSize) × \(training.gradientAccumulationSteps) rows, "
                    + "\(training.lrSchedulerType.rawValue) learning rate \(training.learningRate)"
            ),
            (
                "memory",
                memory.description
            ),
            ("output", configuration.outputDir),
        ]
        if trainingRows.truncatedRowCount > 0 {
            lines.insert(
                ("truncated", "\(trainingRows.truncatedRowCount) rows to \(configuration.data.maxLength) tokens"), at: 5
            )
        }
        if streamPlanner.sharing { lines.insert(("sharing", "\(sharingForecast)"), at: lines.count - 2) }
        return lines.map { "\($0.0.padding(toLength: 10, withPad: " ", startingAt: 0))\($0.1)" }.joined(separator: "\n")
    }
}
