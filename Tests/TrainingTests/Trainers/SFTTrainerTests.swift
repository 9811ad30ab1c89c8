import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Steps of supervised fine-tuning")
struct SFTTrainerTests {
    /// What some steps have done.
    struct Outcome: Equatable {
        var results: [StepResult] = []
        var parameters: [[Float]] = []
        var firstMoments: [[Float]] = []
    }

    /// Takes steps at a constant rate from the start of a case.
    static func outcome(
        _ name: String, steps: Int = 2, recomputation: LayerRecomputation = [],
        _ change: (inout TrainConfiguration) throws -> Void = { _ in }
    ) throws -> Outcome {
        let setup = try GoldenCase(name: name).setup(change)
        setup.model.recomputation = setup.model.layers.map { _ in recomputation }
        var trainer = Trainer(
            model: setup.model, optimizer: AdamW(parameters: setup.model.parameters),
            seed: UInt64(setup.configuration.training.seed))
        var planner = setup.planner
        var outcome = Outcome()
        for _ in 0..<steps {
            outcome.results.append(try trainer.step(setup.streams(of: planner.nextStep()), learningRate: 1e-3))
        }
        outcome.parameters = setup.model.parameters.map(\.floats)
        outcome.firstMoments = trainer.optimizer.firstMoments.map(\.floats)
        return outcome
    }

    /// Expects the same losses, gradients and updates up to rounding: to 1e-6 relative, vectors by their length.
    private func expectSame(_ found: Outcome, _ expected: Outcome, _ comment: Comment) {
        for (one, other) in zip(found.results, expected.results) {
            #expect(relativeDifference(one.loss, other.loss) <= 1e-6, comment)
            #expect(relativeDifference(one.gradientNorm, other.gradientNorm) <= 1e-6, comment)
            #expect(one.lossTokenCount == other.lossTokenCount && one.tokenCount == other.tokenCount, comment)
        }
        func distance(_ one: [[Float]], _ other: [[Float]]) -> Double {
            let pairs = zip(one, other).flatMap { zip($0, $1) }.map { (Double($0), Double($1)) }
            let difference = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            return (difference / pairs.reduce(0) { $0 + $1.1 * $1.1 }).squareRoot()
        }
        #expect(distance(found.firstMoments, expected.firstMoments) <= 1e-6, comment)
        #expect(distance(found.parameters, expected.parameters) <= 1e-6, comment)
    }

    @Test("micro-batch and accumulation do not change the update", arguments: ["plain", "rslora"], [true, false])
    func accumulation(name: String, packing: Bool) throws {
        func outcome(_ batch: Int, _ accumulation: Int) throws -> Outcome {
            try Self.outcome(name) {
                $0.data.packing = packing
                $0.training.perDeviceTrainBatchSize = batch
                $0.training.gradientAccumulationSteps = accumulation
            }
        }
        let whole = try outcome(8, 1)
        for (batch, accumulation) in [(4, 2), (2, 4), (1, 8)] {
            let parts = try outcome(batch, accumulation)
            expectSame(parts, whole, "\(batch) × \(accumulation)")
            if !packing { #expect(parts == whole, "rows computed alone are summed in the same order") }
        }
    }

    @Test("the first update is the same to 1e-6 of its largest value", arguments: ["plain", "rslora"])
    func firstUpdate(name: String) throws {
        func outcome(_ batch: Int, _ accumulation: Int) throws -> Outcome {
            try Self.outcome(name, steps: 1) {
                $0.data.packing = true
                // How much is shared depends on the size of the streams.
                $0.data.prefixSharing = .off
                $0.training.perDeviceTrainBatchSize = batch
                $0.training.gradientAccumulationSteps = accumulation
            }
        }
        let whole = try outcome(8, 1)
        for (batch, accumulation) in [(4, 2), (2, 4), (1, 8)] {
            let parts = try outcome(batch, accumulation)
            let pairs = [(parts.firstMoments, whole.firstMoments), (parts.parameters, whole.parameters)]
            for (found, expected) in pairs {
                let difference = relativeDifference(found.flatMap { $0 }, expected.flatMap { $0 })
                #expect(difference <= 1e-6, "\(batch) × \(accumulation)")
            }
        }
    }

    @Test("rows in one stream give the loss and the update they give alone", arguments: ["plain", "rslora", "nf4"])
    func packing(name: String) throws {
        let outcomes = try [true, false].map { packing in
            try Self.outcome(name) { $0.data.packing = packing }
        }
        expectSame(outcomes[0], outcomes[1], "packed")
    }

    @Test("the number of threads changes no bit", arguments: [DType.float32, .bfloat16])
    func threads(type: DType) async {
        // In processes of their own: nobody else may take the pool meanwhile.
        await #expect(processExitsWith: .success) { [isNarrow = (type == .bfloat16) as Bool] in
            for name in ["rslora", "nf4"] {
                let outcomes = try [1, 2, 3, 5].map { count in
                    Machine.threadCount = count
                    return try SFTTrainerTests.outcome(name) {
                        $0.data.packing = true
                        $0.lora.loraDropout = 0.1
                        $0.model.computeDtype = isNarrow ? .bfloat16 : .float32
                    }
                }
                for outcome in outcomes { #expect(outcome == outcomes[0]) }
            }
        }
    }

    @Test("recomputation changes no bit, with dropout either", arguments: [0.0, 0.2])
    func recomputation(dropout: Double) throws {
        func outcome(_ parts: LayerRecomputation) throws -> Outcome {
            try Self.outcome("rslora", recomputation: parts) { $0.lora.loraDropout = dropout }
        }
        let kept = try outcome([])
        for parts in LayerRecomputation.parts + [.all] { #expect(try outcome(parts) == kept) }
    }

    @Test("dropout changes the loss of training and not that of evaluation")
    func dropout() throws {
        let losses = try [0.0, 0.5].map { dropout in
            let setup = try GoldenCase(name: "plain").setup { $0.lora.loraDropout = dropout }
            var trainer = Trainer(model: setup.model, optimizer: AdamW(parameters: setup.model.parameters))
            var planner = setup.planner
            let evaluation = trainer.evaluate(try #require(setup.evaluationStreams)).loss
            let step = try trainer.step(setup.streams(of: planner.nextStep()), learningRate: 0)
            return (evaluation, step.loss)
        }
        #expect(losses[0].0 == losses[1].0)
        #expect(losses[0].1 != losses[1].1)
    }

    @Test("the loss is the mean over loss tokens, not over rows or micro-batches")
    func tokenWeighted() throws {
        let setup = try GoldenCase(name: "plain").setup()
        var planner = setup.planner
        let streams = setup.streams(of: planner.nextStep())
        let losses = streams.map { setup.model.tokenLosses($0).floats.map(Double.init) }
        let mean = losses.flatMap { $0 }.reduce(0, +) / Double(losses.reduce(0) { $0 + $1.count })
        let meanOfMeans = losses.map { $0.reduce(0, +) / Double($0.count) }.reduce(0, +) / Double(losses.count)
        var trainer = Trainer(model: setup.model, optimizer: AdamW(parameters: setup.model.parameters))
        let result = try trainer.step(streams, learningRate: 0)
        #expect(relativeDifference(result.loss, mean) <= 1e-12)
        #expect(relativeDifference(result.loss, meanOfMeans) > 1e-5)
    }

    @Test("a value that is not finite stops before the update")
    func notFinite() throws {
        let setup = try GoldenCase(name: "plain").setup()
        var trainer = Trainer(model: setup.model, optimizer: AdamW(parameters: setup.model.parameters))
        var planner = setup.planner
        _ = try trainer.step(setup.streams(of: planner.nextStep()), learningRate: 1e30)
        let before = setup.model.parameters.map(\.floats)
        let moments = trainer.optimizer.firstMoments.map(\.floats)
        let failure = #expect(throws: StepFailure.self) {
            try trainer.step(setup.streams(of: planner.nextStep()), learningRate: 1e-3)
        }
        guard case .nonFinite("loss", let value) = failure else {
            Issue.record("expected a loss that is not finite, found \(failure as Any)")
            return
        }
        #expect(!value.isFinite)
        #expect(trainer.optimizer.stepCount == 1)
        #expect(setup.model.parameters.map(\.floats) == before)
        #expect(trainer.optimizer.firstMoments.map(\.floats) == moments)
    }

    @Test("an adapter whose B gets no gradient in the first step is named")
    func noGradient() throws {
        let setup = try GoldenCase(name: "plain").setup()
        let projection = setup.model.layers[1].valueProjection
        let adapter = try #require(projection.adapter)
        projection.adapter = LoRAAdapter(
            module: adapter.module, a: .zeros(adapter.a.shape), b: adapter.b, scale: adapter.scale, dropout: 0, index: 0
        )
        var trainer = Trainer(model: setup.model, optimizer: AdamW(parameters: setup.model.parameters))
        var planner = setup.planner
        #expect(throws: StepFailure.noGradient(module: "model.layers.1.self_attn.v_proj")) {
            try trainer.step(setup.streams(of: planner.nextStep()), learningRate: 1e-3)
        }
        #expect(trainer.optimizer.stepCount == 0)
    }
}
