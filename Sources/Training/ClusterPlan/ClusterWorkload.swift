import Diagnostics

/// What a run computes: the rows of its steps.
public struct ClusterWorkload: Sendable, Equatable {
    /// Tokens of the rows of some steps that stand for all.
    public var steps: [[Int]]
    /// The share of tokens that carry loss.
    public var lossShare: Double
    /// Tokens of all rows of the whole run.
    public var totalTokens: Double

    /// - Parameters:
    ///   - steps: tokens of the rows of some steps that stand for all; none is empty.
    ///   - lossShare: the share of tokens that carry loss.
    ///   - totalTokens: of all rows of the whole run.
    public init(steps: [[Int]], lossShare: Double, totalTokens: Double) {
        require(!steps.isEmpty && !steps.contains { $0.isEmpty }, "ClusterWorkload: a step without rows")
        self.steps = steps
        self.lossShare = lossShare
        self.totalTokens = totalTokens
    }

    /// Steps of `rowCount` rows whose lengths lie evenly from half the mean to one and a half of it.
    public init(rowCount: Int, meanTokens: Int, lossShare: Double, totalTokens: Double) {
        let rows = (0..<rowCount).map { index in
            Int((Double(meanTokens) * (0.5 + (Double(index) + 0.5) / Double(rowCount))).rounded())
        }
        self.init(steps: [rows], lossShare: lossShare, totalTokens: totalTokens)
    }

    /// Tokens of a step's rows, on average.
    public var tokensPerStep: Double { Double(steps.joined().reduce(0, +)) / Double(steps.count) }

    /// Rows of a step, on average.
    public var rowsPerStep: Double { Double(steps.joined().count) / Double(steps.count) }

    /// Tokens of the longest row.
    public var longestRow: Int { steps.joined().max()! }
}

extension ClusterWorkload {
    /// The steps of a run that a configuration describes; as many of them as a plan has use for.
    ///
    /// - Parameter rowsPerStep: rows of a step instead of the configuration's.
    public init(_ configuration: TrainConfiguration, _ rows: TokenizedDataset, rowsPerStep: Int?) {
        let training = configuration.training
        var planner =
            rowsPerStep.map {
                BatchPlanner(
                    rowCount: rows.exampleCount, perDeviceTrainBatchSize: $0, gradientAccumulationSteps: 1,
                    shuffle: configuration.data.shuffle, seed: training.seed,
                    rowsPerExample: configuration.method.rowsPerExample)
            } ?? BatchPlanner(configuration, rowCount: rows.exampleCount)
        let stepCount = planner.totalSteps(maxSteps: training.maxSteps, numTrainEpochs: training.numTrainEpochs)
        let steps = (0..<min(max(stepCount, 1), Self.stepLimit)).map { _ in
            let step = planner.nextStep().rows.map { rows.rows[$0].tokens.count }
            // Rows of one example go to one rank.
            return stride(from: 0, to: step.count, by: rows.rowsPerExample).map { first in
                step[first..<first + rows.rowsPerExample].reduce(0, +)
            }
        }
        self.init(steps: steps, lossShare: Double(rows.lossTokenCount) / Double(rows.tokenCount), totalTokens: 0)
        totalTokens = tokensPerStep * Double(stepCount)
    }

    private static let stepLimit = 64
}
