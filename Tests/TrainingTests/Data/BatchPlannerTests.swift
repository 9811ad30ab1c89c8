import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("Batch planning")
struct BatchPlannerTests {
    private func planner(
        _ rowCount: Int, _ batch: Int, _ accumulation: Int, shuffle: Bool = false, seed: Int = 7,
        position: DataPosition = DataPosition()
    ) -> BatchPlanner {
        BatchPlanner(
            rowCount: rowCount, perDeviceTrainBatchSize: batch, gradientAccumulationSteps: accumulation,
            shuffle: shuffle, seed: seed, position: position)
    }

    private func steps(_ planner: BatchPlanner, _ count: Int) -> [PlannedStep] {
        var planner = planner
        return (0..<count).map { _ in planner.nextStep() }
    }

    @Test("without shuffling rows come in file order, and the last step and micro-batch of an epoch are short")
    func fileOrder() {
        let plan = steps(planner(7, 2, 2), 4)
        #expect(
            plan.map(\.microBatches) == [[[0, 1], [2, 3]], [[4, 5], [6]], [[0, 1], [2, 3]], [[4, 5], [6]]])
        #expect(
            plan.map(\.next) == [
                DataPosition(epoch: 0, rowsTaken: 4), DataPosition(epoch: 1), DataPosition(epoch: 1, rowsTaken: 4),
                DataPosition(epoch: 2),
            ])
        #expect(plan[1].rows == [4, 5, 6])
    }

    @Test("where examples are pairs, counts are of pairs and plans name both rows")
    func pairs() {
        var planner = BatchPlanner(
            rowCount: 3, perDeviceTrainBatchSize: 1, gradientAccumulationSteps: 2, shuffle: false, seed: 0,
            rowsPerExample: 2)
        #expect(planner.stepsPerEpoch == 2)
        let step = planner.nextStep()
        #expect(step.microBatches == [[0, 1], [2, 3]] && step.next == DataPosition(epoch: 0, rowsTaken: 2))
        #expect(planner.nextStep().microBatches == [[4, 5]])
    }

    @Test("a batch larger than the data set takes all of it")
    func largeBatch() {
        #expect(steps(planner(3, 8, 2), 2).map(\.microBatches) == [[[0, 1, 2]], [[0, 1, 2]]])
        #expect(steps(planner(3, .max, 3), 1).map(\.microBatches) == [[[0, 1, 2]]])
    }

    @Test("whole epochs agree with taking rows round and round", arguments: [(64, 4, 2), (63, 3, 3), (48, 4, 1)])
    func roundAndRound(rowCount: Int, batch: Int, accumulation: Int) {
        let rowsPerStep = batch * accumulation
        for (step, plan) in steps(planner(rowCount, batch, accumulation), 30).enumerated() {
            #expect(plan.rows == (0..<rowsPerStep).map { (step * rowsPerStep + $0) % rowCount })
            #expect(plan.microBatches.count == accumulation)
        }
    }

    @Test("the rows of a step do not depend on how it is split into micro-batches")
    func accumulation() {
        let reference = steps(planner(61, 8, 1, shuffle: true), 20).map(\.rows)
        for (batch, accumulation) in [(4, 2), (2, 4), (1, 8)] {
            #expect(steps(planner(61, batch, accumulation, shuffle: true), 20).map(\.rows) == reference)
        }
    }

    @Test("every epoch takes every row once, each in an order of its own that depends on the seed")
    func shuffling() {
        let rowCount = 101
        let plan = steps(planner(rowCount, 8, 1, shuffle: true), 3 * 13)
        let epochs = (0..<3).map { epoch in plan[(epoch * 13)..<(epoch * 13 + 13)].flatMap(\.rows) }
        for epoch in epochs { #expect(epoch.sorted() == Array(0..<rowCount)) }
        #expect(Set(epochs + [Array(0..<rowCount)]).count == 4)
        #expect(steps(planner(rowCount, 8, 1, shuffle: true), 39) == plan)
        #expect(steps(planner(rowCount, 8, 1, shuffle: true, seed: 8), 39) != plan)
        #expect(steps(planner(rowCount, 8, 1, shuffle: true, seed: 7 + 1 << 32), 39) != plan)
    }

    @Test("a run that is resumed at any position goes on with the same rows", arguments: [false, true])
    func resuming(shuffle: Bool) {
        let whole = steps(planner(23, 2, 3, shuffle: shuffle), 12)
        for step in 0..<11 {
            let resumed = planner(23, 2, 3, shuffle: shuffle, position: whole[step].next)
            #expect(steps(resumed, 11 - step) == Array(whole[(step + 1)...]))
        }
    }

    @Test("steps follow max_steps, else epochs rounded up")
    func totalSteps() {
        let planner = planner(63, 4, 2)
        #expect(planner.stepsPerEpoch == 8)
        #expect(planner.totalSteps(maxSteps: 30, numTrainEpochs: 1) == 30)
        #expect(planner.totalSteps(maxSteps: nil, numTrainEpochs: 3) == 24)
        #expect(planner.totalSteps(maxSteps: nil, numTrainEpochs: 0.3) == 3)
        #expect(planner.totalSteps(maxSteps: nil, numTrainEpochs: 1e300) == 1 << 53)
        #expect(self.planner(64, 4, 2).stepsPerEpoch == 8)
        #expect(self.planner(65, 4, 2).stepsPerEpoch == 9)
    }

    @Test("epochs count the fraction of rows taken")
    func epochs() {
        let planner = planner(8, 2, 1)
        #expect(planner.epochs(at: DataPosition(epoch: 2, rowsTaken: 6)) == 2.75)
        #expect(planner.epochs(at: DataPosition(epoch: 3)) == 3)
    }

    @Test("a configuration gives its own plan")
    func configuration() {
        var configuration = TrainConfiguration(model: .init(path: "m"), data: .init(train: "t"))
        configuration.training.perDeviceTrainBatchSize = 2
        configuration.training.gradientAccumulationSteps = 3
        configuration.training.seed = 7
        #expect(steps(BatchPlanner(configuration, rowCount: 23), 9) == steps(planner(23, 2, 3, shuffle: true), 9))
        configuration.data.shuffle = false
        #expect(steps(BatchPlanner(configuration, rowCount: 23), 9) == steps(planner(23, 2, 3), 9))
    }
}
