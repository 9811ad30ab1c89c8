import Diagnostics
import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("What a run is made of, before its first step")
struct RunSetupTests {
    private func refusal(
        _ name: String = "plain", _ change: (inout TrainConfiguration) throws -> Void
    ) throws -> InputError {
        let configuration = try GoldenCase(name: name).configuration(
            output: FileManager.default.temporaryDirectory, change)
        return try #require(#expect(throws: InputError.self) { try RunSetup(configuration) })
    }

    @Test("a memory budget that is too small is refused before the first step")
    func budgetTooSmall() throws {
        let error = try refusal { $0.training.memoryBudget = .bytes(1 << 20) }
        #expect(error.exitCode == .tryAgain && error.place == "training.memory_budget")
    }

    @Test(
        "a budget in between recomputes parts of layers, and the losses are the same", arguments: ["plain", "rslora"])
    func budgetInBetween(name: String) throws {
        let golden = GoldenCase(name: name)
        func losses(_ setup: RunSetup) throws -> [StepResult] {
            var trainer = Trainer(model: setup.model, optimizer: AdamW(parameters: setup.model.parameters))
            var planner = setup.planner
            return try (0..<2).map { _ in try trainer.step(setup.streams(of: planner.nextStep()), learningRate: 1e-3) }
        }
        func setup(_ budget: Int) throws -> RunSetup {
            // A process that other tests share holds more and less memory from one moment to the next.
            try RunSetup(
                golden.configuration(output: FileManager.default.temporaryDirectory) {
                    $0.training.memoryBudget = .bytes(budget)
                    $0.data.packing = true
                }, usage: MemoryUsage(root: "/nowhere"))
        }
        let wide = try setup(1 << 40)
        #expect(wide.memory.recomputation.allSatisfy { $0.isEmpty } && wide.memory.addedOperations == 0)
        #expect(!wide.plan.contains("recomputed"))
        let narrow = try setup(wide.memory.peakBytes - 1)
        #expect(narrow.memory.recomputation.contains { !$0.isEmpty })
        #expect(narrow.model.recomputation == narrow.memory.recomputation)
        #expect(narrow.memory.peakBytes < wide.memory.peakBytes && narrow.memory.addedOperations > 0)
        #expect(narrow.plan.contains("recomputed in the backward pass: "))
        #expect(try losses(narrow) == losses(wide))
    }

    @Test("the plan says what is going to happen")
    func plan() throws {
        let setup = try GoldenCase(name: "nf4").setup { $0.data.maxLength = 120 }
        let lines = setup.plan.split(separator: "\n").map(String.init)
        let names = lines.map { String($0.prefix { $0 != " " }) }
        #expect(names == ["kernels", "model", "base", "adapter", "data", "truncated", "steps", "memory", "output"])
        #expect(lines[2].contains("nf4 blocks of 64"))
        let count = setup.model.parameters.reduce(0) { $0 + $1.count }
        #expect(lines[3].contains("\(count) trainable parameters"))
        #expect(lines[4].contains("24 rows") && lines[6].contains("30 of 4 × 1 rows"))
        #expect(setup.trainingRows.truncatedRowCount > 0)
        #expect(lines[5].contains("\(setup.trainingRows.truncatedRowCount) rows to 120 tokens"))
    }

    @Test("rows that would lose their whole completion are refused, not dropped")
    func truncation() throws {
        let error = try refusal { $0.data.maxLength = 20 }
        #expect(error.exitCode == .data)
        #expect(error.place.hasSuffix("train.jsonl:1"))
    }

    @Test(
        "what is missing is named",
        arguments: ["model.path", "data.train", "data.eval", "lora.adapter_path"])
    func missing(key: String) throws {
        let error = try refusal {
            switch key {
            case "model.path": $0.model.path = "/nowhere/model"
            case "data.train": $0.data.train = "/nowhere/train.jsonl"
            case "data.eval": $0.data.eval = "/nowhere/eval.jsonl"
            default: $0.lora.adapterPath = "/nowhere/adapter"
            }
        }
        #expect(error.exitCode == .missingFile && error.place.hasPrefix("/nowhere/"), "\(error)")
    }

    @Test("rows of the other method are refused by file and line, and what preferences do not know by its key")
    func methods() throws {
        let rows = try refusal { $0.method = .dpo }
        #expect(rows.exitCode == .data && rows.place.hasSuffix("train.jsonl:1"))
        #expect(rows.message == "expected a preference (prompt, chosen, rejected), found messages")
        let dropout = try refusal {
            $0.method = .dpo
            $0.lora.loraDropout = 0.1
        }
        #expect(dropout.exitCode == .config && dropout.place == "lora.lora_dropout")
        let tokens = try refusal {
            $0.method = .dpo
            $0.data.completionOnlyLoss = false
        }
        #expect(tokens.exitCode == .config && tokens.place == "data.completion_only_loss")
        let preferences = #expect(throws: InputError.self) {
            try GoldenCase(name: "dpo").setup { $0.method = .sft }
        }
        #expect(preferences?.exitCode == .data && preferences?.message.contains("found a preference") == true)
    }

    @Test("the plan of a preference run counts pairs and says what is minimised and where the reference is")
    func preferencePlan() throws {
        try withFolder { folder in
            let configuration = try GoldenCase(name: "dpo").configuration(output: folder) {
                $0.dpo.lossType = [.ipo, .sft]
                $0.training.maxSteps = 2
            }
            let lines = try RunSetup(configuration).plan.split(separator: "\n").map(String.init)
            #expect(lines[4].contains("12 pairs") && lines[4].hasSuffix("4 evaluation pairs"))
            #expect(lines[5].contains("2 of 4 × 1 pairs"))
            #expect(lines[6] == "loss      ipo + sft, beta 0.1")
            let file = folder.appendingPathComponent("reference.json").path
            let adapter = try #require(configuration.lora.adapterPath)
            let start = "reference the adapter \(adapter): "
            #expect(lines[7] == start + "24 rows computed before the first step, kept in \(file)")
            try train(configuration)
            let after = try RunSetup(configuration).plan.split(separator: "\n").map(String.init)
            #expect(after[7] == start + "taken from \(file)")
            #expect(after[8].hasPrefix("memory ") && after.count == 10)
        }
    }

    @Test("sharing that is asked for is refused with dropout, and left out where it is not")
    func dropout() throws {
        let error = try refusal {
            $0.data.prefixSharing = .on
            $0.lora.loraDropout = 0.1
        }
        #expect(error.exitCode == .config && error.place == "data.prefix_sharing")
        #expect(error.message.contains("lora.lora_dropout is 0.1"))
        func shares(_ change: (inout TrainConfiguration) throws -> Void) throws -> Bool {
            try GoldenCase(name: "plain").setup(change).streamPlanner.sharing
        }
        #expect(try shares { $0.data.packing = true })
        #expect(try shares { $0.data.prefixSharing = .on })
        #expect(try !shares { _ in }, "every row is a stream of its own")
        #expect(
            try !shares {
                $0.data.packing = true
                $0.lora.loraDropout = 0.1
            })
        #expect(
            try !shares {
                $0.data.packing = true
                $0.data.prefixSharing = .off
            })
    }

    @Test("the plan says what sharing saves, counted as the steps count it")
    func sharingForecast() throws {
        let setup = try GoldenCase(name: "plain").setup { $0.data.packing = true }
        var planner = setup.planner
        let streams = (0..<planner.stepsPerEpoch).map { _ in setup.streams(of: planner.nextStep()) }.flatMap { $0 }
        let forecast = setup.sharingForecast
        #expect(forecast.steps == 3)
        #expect(forecast.tokenCount == setup.trainingRows.tokenCount)
        #expect(forecast.tokenCount == streams.reduce(0) { $0 + $1.rowTokenCount })
        #expect(forecast.computedTokenCount == streams.reduce(0) { $0 + $1.tokens.count })
        #expect(forecast.computedTokenCount < forecast.tokenCount)
        #expect(setup.plan.contains("\(forecast.computedTokenCount) of \(forecast.tokenCount) computed"))
        #expect(streams.allSatisfy { $0.tokens.count <= setup.streamPlanner.tokenLimit })
    }

    @Test("a target that matches nothing is refused")
    func targets() throws {
        let error = try refusal {
            $0.lora.adapterPath = nil
            $0.lora.targetModules = .modules(["q_proj", "query"])
        }
        #expect(error.exitCode == .config && error.place == "lora.target_modules")
    }

    @Test("a fresh adapter depends on the seed alone")
    func seed() throws {
        func parameters(_ seed: Int) throws -> [[Float]] {
            try GoldenCase(name: "plain").setup {
                $0.lora.adapterPath = nil
                $0.training.seed = seed
            }.model.parameters.map(\.floats)
        }
        #expect(try parameters(1) == parameters(1))
        #expect(try parameters(1) != parameters(2))
    }
}
