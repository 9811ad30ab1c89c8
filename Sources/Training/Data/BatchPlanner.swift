import Diagnostics
import Tensors

/// Where in the data a run stands: the next row it takes.
public struct DataPosition: Sendable, Equatable {
    /// The epoch, from 0.
    public var epoch: Int
    /// The rows of the epoch that have been taken, an example of several rows counting as one; always less than all.
    public var rowsTaken: Int

    /// - Parameters:
    ///   - epoch: the epoch, from 0.
    ///   - rowsTaken: the rows of the epoch that have been taken.
    public init(epoch: Int = 0, rowsTaken: Int = 0) {
        self.epoch = epoch
        self.rowsTaken = rowsTaken
    }
}

/// The rows of one optimizer step.
public struct PlannedStep: Sendable, Equatable {
    /// The indices of the rows of each micro-batch.
    public var microBatches: [[Int]]
    /// Where the run stands after the step.
    public var next: DataPosition

    /// The indices of all rows of the step.
    public var rows: [Int] { microBatches.flatMap { $0 } }
}

/// Decides which rows make up which optimizer step.
///
/// A step takes `gradientAccumulationSteps` micro-batches of `perDeviceTrainBatchSize` rows. An epoch takes every row
/// once, and its last step may be short: no step mixes epochs. Where an example is several rows, such as the pair of a
/// preference, all counts are of examples, and only what is planned names each of their rows. Rows come in the order of the file, or in an order drawn
/// anew for every epoch, which depends on nothing but the seed, the epoch and the number of rows. So a position is all
/// that is needed to go on exactly where a run has stopped.
public struct BatchPlanner: Sendable {
    /// The number of rows of the data set.
    public let rowCount: Int
    /// Where the run stands.
    public private(set) var position: DataPosition

    private let rowsPerExample: Int
    private let microBatchSize: Int
    private let rowsPerStep: Int
    /// What the orders are drawn from; nil for the order of the file.
    private let key: RandomKey?
    private var order: (epoch: Int, rows: [Int])?

    /// - Parameters:
    ///   - rowCount: the rows of the data set, at least 1.
    ///   - perDeviceTrainBatchSize: the rows of a micro-batch.
    ///   - gradientAccumulationSteps: the micro-batches of an optimizer step.
    ///   - shuffle: whether every epoch has an order of its own.
    ///   - seed: what that order is drawn from, at least 0.
    ///   - position: where to begin.
    ///   - rowsPerExample: neighbouring rows of the data set that are one example.
    public init(
        rowCount: Int, perDeviceTrainBatchSize: Int, gradientAccumulationSteps: Int, shuffle: Bool, seed: Int,
        position: DataPosition = DataPosition(), rowsPerExample: Int = 1
    ) {
        require(rowCount > 0, "BatchPlanner: no rows")
        require(
            perDeviceTrainBatchSize > 0 && gradientAccumulationSteps > 0,
            "BatchPlanner: batch size \(perDeviceTrainBatchSize), accumulation \(gradientAccumulationSteps)")
        require(
            position.epoch >= 0 && (0..<rowCount).contains(position.rowsTaken),
            "BatchPlanner: \(position) is not within \(rowCount) rows")
        self.rowCount = rowCount
        self.position = position
        self.rowsPerExample = rowsPerExample
        microBatchSize = perDeviceTrainBatchSize
        let rows = perDeviceTrainBatchSize.multipliedReportingOverflow(by: gradientAccumulationSteps)
        rowsPerStep = rows.overflow ? .max : rows.partialValue
        // Parts 0 and 1 of the seed's sequence are the adapters' start and their dropout.
        key = shuffle ? RandomKey(seed: UInt64(seed)).folding(2) : nil
    }

    /// The plan that a configuration asks for.
    ///
    /// - Parameters:
    ///   - configuration: the run's configuration.
    ///   - rowCount: the examples of the data set, at least 1.
    ///   - position: where to begin.
    public init(_ configuration: TrainConfiguration, rowCount: Int, position: DataPosition = DataPosition()) {
        self.init(
            rowCount: rowCount, perDeviceTrainBatchSize: configuration.training.perDeviceTrainBatchSize,
            gradientAccumulationSteps: configuration.training.gradientAccumulationSteps,
            shuffle: configuration.data.shuffle, seed: configuration.training.seed, position: position,
            rowsPerExample: configuration.method.rowsPerExample)
    }

    /// The optimizer steps of an epoch.
    public var stepsPerEpoch: Int { (rowCount - 1) / rowsPerStep + 1 }

    /// The optimizer steps of a run: `maxSteps`, or where that is nil ⌈`numTrainEpochs` · steps per epoch⌉.
    public func totalSteps(maxSteps: Int?, numTrainEpochs: Double) -> Int {
        if let maxSteps { return maxSteps }
        let steps = (numTrainEpochs * Double(stepsPerEpoch)).rounded(.up)
        return Int(min(steps, 0x1p53))
    }

    /// The epochs behind a position, with the fraction of the present one.
    public func epochs(at position: DataPosition) -> Double {
        Double(position.epoch) + Double(position.rowsTaken) / Double(rowCount)
    }

    /// Plans the next optimizer step and moves on behind it.
    public mutating func nextStep() -> PlannedStep {
        let start = position.rowsTaken
        let end = start + min(rowsPerStep, rowCount - start)
        let rows = rowOrder(ofEpoch: position.epoch)[start..<end]
        let microBatches = stride(from: start, to: end, by: microBatchSize).map {
            rows[$0..<($0 + min(microBatchSize, end - $0))].flatMap { example in
                example * rowsPerExample..<(example + 1) * rowsPerExample
            }
        }
        position =
            end == rowCount
            ? DataPosition(epoch: position.epoch + 1) : DataPosition(epoch: position.epoch, rowsTaken: end)
        return PlannedStep(microBatches: microBatches, next: position)
    }

    /// The indices of all rows in the order of an epoch.
    private mutating func rowOrder(ofEpoch epoch: Int) -> [Int] {
        if let order, order.epoch == epoch { return order.rows }
        let rows = key?.folding(epoch).shuffledIndices(count: rowCount) ?? Array(0..<rowCount)
        order = (epoch, rows)
        return rows
    }
}
