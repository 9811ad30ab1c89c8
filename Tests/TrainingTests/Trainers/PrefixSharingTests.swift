import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing

@testable import Training

/// Rows of made-up tokens that begin alike in some way.
enum SharedRows: String, CaseIterable, CustomTestStringConvertible {
    case nested = "nested three deep"
    case identical = "identical"
    case wholePrefix = "a row that is the beginning of others"
    case nothing = "nothing in common"
    case lossInside = "loss inside the shared part"
    case everything = "all of it together"

    var testDescription: String { rawValue }

    var rows: [TokenizedRow] {
        switch self {
        case .nested:
            ["abce", "abcf", "abdg", "abdh", "aij", "ai", "kl"].map { row($0, lossParts: 1) }
        case .identical: ["ab", "cd", "ab", "ab"].map { row($0, lossParts: 1) }
        case .wholePrefix: ["ab", "abc", "abcd", "a", "abe"].map { row($0, lossParts: 1) }
        case .nothing: ["ab", "cd", "ef"].map { row($0, lossParts: 1) }
        case .lossInside: ["abc", "abd", "abd", "ab", "ae"].map { row($0, lossParts: 9) } + [row("abd", lossParts: 1)]
        case .everything: Self.allCases.filter { $0 != .everything }.flatMap(\.rows)
        }
    }

    /// A row of a stretch of 16 to 21 tokens for each letter, of which the last ones carry loss.
    private func row(_ letters: String, lossParts: Int) -> TokenizedRow {
        let parts = letters.unicodeScalars.map { letter in
            (0..<16 + letter.value % 6).map { Int32(3 + (letter.value * 37 + $0 * $0 * 11 + $0) % 380) }
        }
        let tokens = parts.flatMap { $0 }
        let lossStart = parts.dropLast(lossParts).reduce(0) { $0 + $1.count }
        return TokenizedRow(tokens: tokens, lossStart: lossStart, line: 1)
    }
}

@Suite("Sharing beginnings changes neither loss nor gradients")
struct PrefixSharingTests {
    private static let models = ["plain", "rslora", "nf4"]

    /// A little model with adapters of which no side is zero.
    private static func setup(_ name: String, _ change: (inout TrainConfiguration) throws -> Void = { _ in }) throws
        -> RunSetup
    {
        let golden = GoldenCase(name: name)
        return try golden.setup {
            $0.lora.adapterPath = golden.adapter("final").path
            try change(&$0)
        }
    }

    /// The loss of all rows, in nats, and the gradient of each parameter.
    private static func gradients(_ model: LlamaModel, _ streams: [MicroBatch]) -> (loss: Double, [[Double]]) {
        var loss = 0.0
        var sums = model.parameters.map { Array(repeating: 0.0, count: $0.count) }
        for stream in streams {
            let losses = model.tokenLosses(stream)
            loss += zip(losses.floats, stream.lossWeights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            let gradients = losses.gradients(of: model.parameters, upstream: Tensor(stream.lossWeights))
            for (index, gradient) in gradients.enumerated() {
                sums[index] = zip(sums[index], gradient.floats).map { $0 + Double($1) }
            }
        }
        return (loss, sums)
    }

    private static func length(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    private static func streams(_ rows: [TokenizedRow], sharing: Bool, tokenLimit: Int = 2048) -> [MicroBatch] {
        let planner = StreamPlanner(packing: sharing, sharing: sharing, tokenLimit: tokenLimit)
        return planner.streams([Array(rows.indices)], of: rows)
    }

    @Test("the loss to 1e-6, the gradient of every parameter to 2e-6", arguments: models, SharedRows.allCases)
    func gradients(name: String, rows: SharedRows) throws {
        let model = try Self.setup(name).model
        let alone = Self.gradients(model, Self.streams(rows.rows, sharing: false))
        for (recomputed, limit) in [([], 2048), (.attention, 2048), (.all, 120)] as [(LayerRecomputation, Int)] {
            model.recomputation = model.layers.map { _ in recomputed }
            let streams = Self.streams(rows.rows, sharing: true, tokenLimit: limit)
            let isTree = streams.contains { $0.segments.contains { $0.parent != nil } }
            #expect(isTree == (rows != .nothing && rows != .identical))
            let shared = Self.gradients(model, streams)
            #expect(relativeDifference(shared.loss, alone.loss) <= 1e-6)
            let differences = zip(shared.1, alone.1).map { found, expected in
                Self.length(zip(found, expected).map { $0 - $1 })
            }
            let lengths = alone.1.map(Self.length)
            // Attention adds up a tree's keys in other blocks, and what that rounds otherwise goes through all layers twice.
            for (difference, length) in zip(differences, lengths) {
                #expect(length > 0 && difference <= 2e-6 * length)
            }
        }
    }

    @Test(
        "through thirty layers: the loss to 1e-6, all gradients together to 1e-5",
        .enabled(if: FileManager.default.fileExists(atPath: smolLM2.path), "no model in Checkpoints/smollm2"))
    func thirtyLayers() throws {
        let train = Fixtures.root.appendingPathComponent("Examples/data/train.jsonl")
        var configuration = TrainConfiguration(model: .init(path: Self.smolLM2.path), data: .init(train: train.path))
        configuration.model.computeDtype = .float32
        configuration.lora.initLoraWeights = .gaussian
        let setup = try RunSetup(configuration)
        // Both sides of the adapters take part.
        for adapter in setup.model.adapters {
            adapter.b.assign(.normal(adapter.b.shape, standardDeviation: 0.02, key: RandomKey(seed: 3)))
        }
        let rows = Array(setup.trainingRows.rows.prefix(6))
        let alone = Self.gradients(setup.model, Self.streams(rows, sharing: false))
        let shared = Self.gradients(setup.model, Self.streams(rows, sharing: true))
        #expect(relativeDifference(shared.loss, alone.loss) <= 1e-6)
        let differences = zip(shared.1, alone.1).map { zip($0, $1).map { $0 - $1 } }
        #expect(Self.length(differences.flatMap { $0 }) <= 1e-5 * Self.length(alone.1.flatMap { $0 }))
    }

    private static let smolLM2 = Fixtures.root.appendingPathComponent(
        "Checkpoints/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")

    @Test("the log-probability of each row", arguments: models)
    func scores(name: String) throws {
        let model = try Self.setup(name).model
        let rows = SharedRows.everything.rows
        var scores: [RowScore] = []
        try model.score(rows) { scores.append($0) }
        #expect(scores.count == rows.count)
        for (row, score) in zip(rows, scores) {
            let alone = model.tokenLosses(MicroBatch(rows: [0], of: TokenizedDataset(path: "", rows: [row])))
            let expected = -alone.floats.reduce(0) { $0 + Double($1) }
            #expect(relativeDifference(score.logProbability, expected) <= 1e-6)
            #expect(score.tokenCount == row.tokens.count && score.lossTokenCount == row.lossTokenCount)
        }
    }

    /// What steps on a golden case's own rows have done.
    static func outcome(
        _ name: String, _ sharing: TrainConfiguration.Data.PrefixSharing, steps: Int = 3,
        _ change: (inout TrainConfiguration) throws -> Void = { _ in }
    ) throws -> SFTTrainerTests.Outcome {
        try SFTTrainerTests.outcome(name, steps: steps) {
            $0.data.packing = true
            $0.data.prefixSharing = sharing
            $0.training.perDeviceTrainBatchSize = 8
            try change(&$0)
        }
    }

    @Test("three steps on rows of a chat, with loss on completions or on everything", arguments: models, [true, false])
    func steps(name: String, completionOnly: Bool) throws {
        let outcomes = try [TrainConfiguration.Data.PrefixSharing.automatic, .off].map {
            try Self.outcome(name, $0) { $0.data.completionOnlyLoss = completionOnly }
        }
        for (shared, alone) in zip(outcomes[0].results, outcomes[1].results) {
            #expect(relativeDifference(shared.loss, alone.loss) <= 1e-6)
            #expect(relativeDifference(shared.gradientNorm, alone.gradientNorm) <= 1e-6)
            #expect(shared.tokenCount == alone.tokenCount && shared.lossTokenCount == alone.lossTokenCount)
            #expect(alone.computedTokenCount == alone.tokenCount)
            #expect(shared.computedTokenCount < shared.tokenCount)
        }
        let pairs = [
            (outcomes[0].parameters, outcomes[1].parameters), (outcomes[0].firstMoments, outcomes[1].firstMoments),
        ]
        for pair in pairs {
            let (found, expected) = (pair.0.flatMap { $0 }, pair.1.flatMap { $0 }.map(Double.init))
            let difference = Self.length(zip(found, expected).map { Double($0) - $1 })
            #expect(difference <= 1e-6 * Self.length(expected))
        }
    }

    @Test("the number of threads changes no bit of steps that share", arguments: [DType.float32, .bfloat16])
    func threads(type: DType) async {
        await #expect(processExitsWith: .success) { [isNarrow = (type == .bfloat16) as Bool] in
            for name in ["plain", "nf4"] {
                let outcomes = try [1, 2, 3, 5].map { count in
                    Machine.threadCount = count
                    return try PrefixSharingTests.outcome(name, .on) {
                        $0.model.computeDtype = isNarrow ? .bfloat16 : .float32
                        $0.data.completionOnlyLoss = false
                    }
                }
                #expect(outcomes[0].results[0].computedTokenCount < outcomes[0].results[0].tokenCount)
                for outcome in outcomes { #expect(outcome == outcomes[0]) }
            }
        }
    }

    @Test("evaluation streams share, and give the loss they give apart", arguments: models)
    func evaluation(name: String) throws {
        let losses = try [true, false].map { packing in
            let setup = try Self.setup(name) { $0.data.packing = packing }
            let streams = try #require(setup.evaluationStreams)
            #expect(streams.reduce(0) { $0 + $1.rowTokenCount } == setup.evaluationRows?.tokenCount)
            let trainer = Trainer(model: setup.model, optimizer: AdamW(parameters: setup.model.parameters))
            return trainer.evaluate(streams).loss
        }
        #expect(relativeDifference(losses[0], losses[1]) <= 1e-6)
    }
}
