import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("AdamW and the schedules against PyTorch")
struct AdamWTests {
    private func golden() throws -> [String: Any] {
        try GoldenCase.json(Fixtures.golden("adamw.json", target: "TrainingTests"))
    }

    private func floats(_ value: Any?) throws -> [[Float]] {
        try #require(value as? [[Double]]).map { $0.map { Float($0) } }
    }

    @Test("clipped and decayed updates, and both moments, are those of torch.optim.AdamW")
    func steps() throws {
        let adamW = try #require(golden()["adamw"] as? [String: Any])
        func number(_ key: String) throws -> Double { try #require(adamW[key] as? Double) }
        let shapes = try #require(adamW["shapes"] as? [[Int]])
        func tensors(_ values: [[Float]]) -> [Tensor] { zip(values, shapes).map { Tensor($0, shape: $1) } }
        let parameters = tensors(try floats(adamW["initial_parameters"]))
        var optimizer = AdamW(
            parameters: parameters, beta1: try number("beta1"), beta2: try number("beta2"),
            epsilon: try number("epsilon"), weightDecay: try number("weight_decay"))
        let steps = try #require(adamW["steps"] as? [[String: Any]])
        #expect(steps.count == 5)
        for (index, step) in steps.enumerated() {
            let gradients = tensors(try floats(step["gradients"]))
            let norm = globalNorm(gradients)
            #expect(relativeDifference(norm, try #require(step["grad_norm"] as? Double)) <= 1e-6)
            let scale = clippingScale(norm: norm, maximum: try number("max_grad_norm"))
            for (gradient, clipped) in zip(gradients, try floats(step["clipped_gradients"])) {
                #expect(relativeDifference(gradient.floats.map { Float(Double($0) * scale) }, clipped) <= 1e-6)
            }
            optimizer.step(
                gradients: gradients, learningRate: try #require(step["learning_rate"] as? Double),
                gradientScale: scale)
            let found = [parameters, optimizer.firstMoments, optimizer.secondMoments]
            for (tensors, key) in zip(found, ["parameters", "first_moments", "second_moments"]) {
                for (tensor, expected) in zip(tensors, try floats(step[key])) {
                    #expect(relativeDifference(tensor.floats, expected) <= 1e-6, "\(key) after step \(index + 1)")
                }
            }
        }
        #expect(optimizer.stepCount == steps.count)
    }

    @Test("gradients are clipped to the norm, never stretched, and left alone where the maximum is 0")
    func clipping() {
        #expect(clippingScale(norm: 0.5, maximum: 1) == 1)
        #expect(abs(clippingScale(norm: 4, maximum: 1) - 0.25) < 1e-6)
        #expect(clippingScale(norm: 4, maximum: 0) == 1)
        #expect(clippingScale(norm: 0, maximum: 1) == 1)
        #expect(globalNorm([Tensor([Float(3), 0]), Tensor([Float(4)])]) == 5)
    }

    @Test("the rates of every step are those of the schedulers of transformers")
    func schedules() throws {
        let schedules = try #require(golden()["schedules"] as? [[String: Any]])
        #expect(schedules.count == 12)
        for golden in schedules {
            let name = try #require(golden["lr_scheduler_type"] as? String)
            let schedule = LearningRateSchedule(
                shape: try #require(LearningRateSchedule.Shape(rawValue: name)),
                peak: try #require(golden["learning_rate"] as? Double),
                warmupSteps: try #require(golden["warmup_steps"] as? Int),
                totalSteps: try #require(golden["max_steps"] as? Int))
            for (step, rate) in try #require(golden["rates"] as? [Double]).enumerated() {
                #expect(abs(schedule.learningRate(at: step) - rate) <= 1e-12 * schedule.peak, "\(name), step \(step)")
            }
        }
    }
}
