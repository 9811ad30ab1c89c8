import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Learning rate schedule")
struct LearningRateScheduleTests {
    private func rates(
        _ shape: LearningRateSchedule.Shape, peak: Double = 1, warmup: Int, total: Int, steps: Int? = nil
    ) -> [Double] {
        let schedule = LearningRateSchedule(shape: shape, peak: peak, warmupSteps: warmup, totalSteps: total)
        return (0..<(steps ?? total)).map { schedule.learningRate(at: $0) }
    }

    @Test("warm-up rises from 0, then the rate is constant, falls in a line or in a half cosine")
    func shapes() {
        #expect(rates(.constant, warmup: 4, total: 8) == [0, 0.25, 0.5, 0.75, 1, 1, 1, 1])
        #expect(rates(.linear, warmup: 2, total: 6) == [0, 0.5, 1, 0.75, 0.5, 0.25])
        let cosine = rates(.cosine, warmup: 0, total: 4)
        let expected = [1, 0.5 + 0.5 * 0.5.squareRoot(), 0.5, 0.5 - 0.5 * 0.5.squareRoot()]
        for (rate, value) in zip(cosine, expected) { #expect(abs(rate - value) < 1e-15) }
    }

    @Test("decaying shapes stay at 0 beyond the last step")
    func beyond() {
        #expect(rates(.linear, warmup: 0, total: 2, steps: 4) == [1, 0.5, 0, 0])
        #expect(rates(.cosine, warmup: 0, total: 2, steps: 5).suffix(3).allSatisfy { abs($0) < 1e-15 })
    }

    @Test("degenerate lengths give finite rates")
    func degenerate() {
        for shape in LearningRateSchedule.Shape.allCases {
            #expect(rates(shape, warmup: 5, total: 3) == [0, 0.2, 0.4])
            #expect(rates(shape, warmup: 0, total: 1) == [1])
            #expect(rates(shape, warmup: 3, total: 3, steps: 4)[3] == 1)
        }
    }

    @Test("warm-up steps override the ratio, which rounds up")
    func warmup() {
        var training = TrainConfiguration.Training()
        #expect(LearningRateSchedule(training, totalSteps: 25).warmupSteps == 0)
        training.warmupRatio = 0.1
        #expect(LearningRateSchedule(training, totalSteps: 25).warmupSteps == 3)
        training.warmupSteps = 7
        #expect(LearningRateSchedule(training, totalSteps: 25).warmupSteps == 7)
        #expect(LearningRateSchedule(training, totalSteps: 25).peak == 2e-4)
        #expect(LearningRateSchedule(training, totalSteps: 25).shape == .cosine)
    }

    /// What the formulas give in Python's doubles:
    /// `lr * (s / w if s < w else f((s - w) / (T - w)))`, for lr 2e-3, w 2, T 30 at the steps 0, 1, 2, 3, 16 and 29.
    @Test(
        "rates are those of the same formulas in Python",
        arguments: [
            (
                LearningRateSchedule.Shape.cosine,
                [0.0, 0.001, 0.002, 0.001993712209893243, 0.001, 6.287790106757396e-06]
            ),
            (.linear, [0.0, 0.001, 0.002, 0.0019285714285714286, 0.001, 7.14285714285714e-05]),
            (.constant, [0.0, 0.001, 0.002, 0.002, 0.002, 0.002]),
        ])
    func table(shape: LearningRateSchedule.Shape, expected: [Double]) {
        let rates = rates(shape, peak: 2e-3, warmup: 2, total: 30)
        for (step, rate) in zip([0, 1, 2, 3, 16, 29], expected) {
            #expect(abs(rates[step] - rate) <= 1e-15 * 2e-3, "step \(step): \(rates[step])")
        }
    }

    private static let references = Fixtures.root.appendingPathComponent("../shared/reference")

    @Test(
        "the rates of the reference curves are met",
        .enabled(if: FileManager.default.fileExists(atPath: references.path)),
        arguments: ["sft_plain", "sft_rope_tied_rslora", "sft_nf4"])
    func referenceCurves(name: String) throws {
        let folder = Self.references.appendingPathComponent(name)
        let curve = folder.appendingPathComponent("curve.json")
        let configuration = try TrainConfiguration(contentsOfFile: folder.appendingPathComponent("config.json").path)
        let steps = try JSONValue(parsing: Array(Data(contentsOf: curve)), file: "curve.json", exitCode: .data)
        let records = try #require(steps.array)
        #expect(records.count == configuration.training.maxSteps)
        let schedule = LearningRateSchedule(configuration.training, totalSteps: records.count)
        for (step, record) in records.enumerated() {
            let expected = try #require(record["learning_rate"]?.double)
            #expect(abs(schedule.learningRate(at: step) - expected) <= 1e-15 * schedule.peak)
        }
    }
}
