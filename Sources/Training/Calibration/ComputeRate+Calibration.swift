import ModelFiles
import Models
import Tensors

extension ComputeRate {
    /// Measures training steps of a shape here, with all threads: models of one and of three layers with random weights and
    /// adapters of rank 16, whose difference stands for every further layer.
    ///
    /// - Parameters:
    ///   - rowTokens: of the one row of a step.
    ///   - lossShare: the share of its tokens that carry loss.
    ///   - repeats: steps that are timed of each model, after a warm-up.
    /// - Returns: the rate of this machine as one rank.
    /// - Throws: `StepFailure`.
    public static func calibrated(
        _ shape: LlamaConfiguration, rowTokens: Int, lossShare: Double, repeats: Int = 3
    ) throws -> ComputeRate {
        let lossStart = max(1, rowTokens - max(1, Int(Double(rowTokens) * lossShare)))
        let ids = RandomBits.tokens(rowTokens, vocabulary: shape.vocabularySize)
        let row = TokenizedRow(tokens: ids, lossStart: lossStart, line: 1)
        let one = try stepSeconds(shape, layers: 1, row, repeats)
        let three = try stepSeconds(shape, layers: 3, row, repeats)
        let layer = (three.mean - one.mean) / 2
        let seconds = one.mean + layer * Double(shape.layerCount - 1)
        let threads = Machine.threadCount
        return ComputeRate(
            tokensPerSecond: Double(rowTokens) / seconds,
            deviation: min(largestDeviation, three.deviation / three.mean),
            source: "measured here on \(threads) threads: \(layer.planText) s a layer and "
                + "\((one.mean - layer).planText) s for the rest, of a row of \(rowTokens) tokens, every core adding as much"
        )
    }

    private static func stepSeconds(
        _ shape: LlamaConfiguration, layers: Int, _ row: TokenizedRow, _ repeats: Int
    ) throws -> (mean: Double, deviation: Double) {
        var shape = shape
        shape.layerCount = layers
        let model = try RandomLlama.adapted(shape)
        var trainer = Trainer(model: model, optimizer: AdamW(parameters: model.parameters))
        let stream = MicroBatch(rows: [0], of: TokenizedDataset(path: "", rows: [row]))
        var seconds: [Double] = []
        for _ in 0...repeats {
            let began = ContinuousClock.now
            _ = try trainer.step([stream], learningRate: 1e-4)
            seconds.append((ContinuousClock.now - began) / .seconds(1))
        }
        return moments(Array(seconds.dropFirst()))
    }

    private static func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, (squares / Double(max(1, values.count - 1))).squareRoot())
    }
}
