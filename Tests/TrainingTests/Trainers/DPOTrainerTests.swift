import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Steps of preference training")
struct DPOTrainerTests {
    /// What a run of the golden pairs leaves.
    static func output(
        _ name: String = "sigmoid_sft", _ change: (inout TrainConfiguration) throws -> Void
    ) throws -> RunOutput {
        try withFolder { folder in
            try train(
                PreferenceCase(name: name).configuration(output: folder) {
                    $0.training.maxSteps = 4
                    try change(&$0)
                })
        }
    }

    @Test(
        "rewards begin at exactly 0 and the loss at ln 2, however pairs come into streams",
        arguments: [DType.float32, .bfloat16], GoldenCurveTests.Streams.allCases)
    func beginning(type: DType, streams: GoldenCurveTests.Streams) throws {
        // No update for three steps: the whole first epoch has to begin at 0.
        let output = try Self.output("sigmoid") {
            streams.set(&$0)
            $0.model.computeDtype = type
            $0.data.shuffle = true
            $0.training.warmupSteps = 3
            $0.training.learningRate = 1e-30
            $0.training.gradientAccumulationSteps = streams == .packed ? 2 : 1
            $0.training.maxSteps = streams == .packed ? 2 : 3
        }
        let zeros = ["rewards/chosen", "rewards/rejected", "rewards/margins", "rewards/accuracies"]
        for record in output.metrics {
            let prefix = record["loss"] == nil ? "eval_" : ""
            for key in zeros { #expect(record[prefix + key] as? Double == 0) }
            #expect(record[prefix + "loss"] as? Double == Double(Float(M_LN2)))
        }
    }

    @Test("a fresh adapter's reference is the base model")
    func freshAdapter() throws {
        let output = try Self.output("sigmoid") { $0.lora.adapterPath = nil }
        #expect(output.steps[0]["rewards/margins"] as? Double == 0)
        #expect(output.steps[0]["loss"] as? Double == Double(Float(M_LN2)))
        #expect(output.values("rewards/margins")[1...].allSatisfy { $0 != 0 })
        let setup = try PreferenceCase(name: "sigmoid").setup { $0.lora.adapterPath = nil }
        let base = setup.evaluationRows!.rows.indices.map { row -> Double in
            let stream = MicroBatch(rows: [row], of: setup.evaluationRows!)
            for projection in setup.model.projections { projection.adapter = nil }
            return stream.logProbability(of: stream.rows[0], noGradient { setup.model.tokenLosses(stream) }.floats)
        }
        let chosen = stride(from: 0, to: base.count, by: 2).reduce(0) { $0 + base[$1] } / Double(base.count / 2)
        #expect(relativeDifference(output.metrics[0]["eval_logps/chosen"] as! Double, chosen) <= 1e-6)
    }

    @Test(
        "micro-batch and accumulation do not change what is measured", arguments: ["sigmoid_sft", "ipo"], [true, false])
    func accumulation(name: String, packing: Bool) throws {
        func run(_ batch: Int, _ accumulation: Int) throws -> RunOutput {
            try Self.output(name) {
                $0.data.packing = packing
                $0.training.perDeviceTrainBatchSize = batch
                $0.training.gradientAccumulationSteps = accumulation
            }
        }
        let whole = try run(4, 1)
        for (batch, accumulation) in [(2, 2), (1, 4)] {
            let parts = try run(batch, accumulation)
            for (found, expected) in zip(parts.reproducible, whole.reproducible) where found["loss"] != nil {
                for (key, value) in expected where key != "tokens_computed" {
                    let distance = abs(found[key]! - value) / max(1, abs(value))
                    #expect(distance <= 1e-5, "\(batch) × \(accumulation): \(key)")
                }
            }
            if !packing { #expect(parts.adapter == whole.adapter, "pairs computed alone are summed in the same order") }
        }
    }

    @Test("the number of threads changes no bit", arguments: [DType.float32, .bfloat16])
    func threads(type: DType) async {
        await #expect(processExitsWith: .success) { [isNarrow = (type == .bfloat16) as Bool] in
            let outputs = try [1, 2, 3, 5].map { count in
                Machine.threadCount = count
                return try DPOTrainerTests.output {
                    $0.data.packing = true
                    $0.model.computeDtype = isNarrow ? .bfloat16 : .float32
                }
            }
            for output in outputs {
                #expect(output.adapter == outputs[0].adapter && output.reproducible == outputs[0].reproducible)
            }
        }
    }

    @Test("recomputation changes no bit")
    func recomputation() throws {
        func parameters(_ parts: LayerRecomputation) throws -> [[Float]] {
            let setup = try PreferenceCase(name: "sigmoid").setup { $0.data.packing = true }
            setup.model.recomputation = setup.model.layers.map { _ in parts }
            var trainer = Trainer(
                model: setup.model,
                objective: DPOObjective(
                    losses: setup.configuration.dpo.pairLosses, sftWeight: 0.5, beta: 0.2,
                    reference: setup.trainingRows.rows.map { Double($0.tokens.count) * -4 }),
                optimizer: AdamW(parameters: setup.model.parameters))
            var planner = setup.planner
            for _ in 0..<2 { _ = try trainer.step(setup.streams(of: planner.nextStep()), learningRate: 1e-3) }
            return setup.model.parameters.map(\.floats)
        }
        let kept = try parameters([])
        for parts in LayerRecomputation.parts + [.all] { #expect(try parameters(parts) == kept) }
    }

    @Test("pairs whose completions are the same teach nothing and stop nothing")
    func sameCompletions() throws {
        try withFolder { folder in
            let rows = folder.appendingPathComponent("same.jsonl")
            let row = #"{"prompt": "Which is it?", "chosen": "This one.", "rejected": "This one."}"#
            try Data("\(row)\n\(row)\n".utf8).write(to: rows)
            for packing in [true, false] {
                let output = try Self.output("sigmoid") {
                    $0.data.train = rows.path
                    $0.data.packing = packing
                }
                #expect(output.values("grad_norm").allSatisfy { $0 <= 1e-6 })
                #expect(output.values("rewards/accuracies") == [0, 0, 0, 0])
            }
        }
    }
}

extension PreferenceCase {
    /// What a run is made of, in memory.
    func setup(_ change: (inout TrainConfiguration) throws -> Void = { _ in }) throws -> RunSetup {
        try RunSetup(configuration(output: FileManager.default.temporaryDirectory, change))
    }
}
