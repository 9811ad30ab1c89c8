import CommandSupport
import Foundation
import Signet

/// Optimizer steps of QLoRA on Llama-3.1-8B's exact shape with random weights: NF4 projections, bfloat16 embedding and
/// head, adapters of rank 16 on the attention projections, AdamW.
enum EightBillionCases {
    private static let tokens = 1024
    private static let rowsOfStep = 8
    private static let tokenizer = "Checkpoints/llama3/tokenizer.model"

    static var all: [BenchmarkCase] {
        let layers = RandomLlama.llama8B.layerCount
        return [("no recomputation", 0), ("all layers recomputed", layers)].map { label, recomputed in
            let name = "8b/\(tokens) tokens, all with loss, \(label)"
            return BenchmarkCase(name: name, needsOwnProcess: true) { context in
                let ids = RandomBits.tokens(tokens, vocabulary: RandomLlama.llama8B.vocabularySize)
                let rows = TokenizedDataset(path: name, rows: [TokenizedRow(tokens: ids, lossStart: 1, line: 1)])
                return try measured(name, rows, recomputedLayers: recomputed, context)
            }
        } + [
            BenchmarkCase(name: "8b/\(rowsOfStep) real rows, no prefix sharing", needsOwnProcess: true) { context in
                try measured(
                    "8b/\(rowsOfStep) real rows, no prefix sharing", realRows(context), recomputedLayers: 0, context)
            }
        ]
    }

    /// The first rows with Llama-3's vocabulary.
    private static func realRows(_ context: BenchmarkContext) throws -> TokenizedDataset {
        try withTemporaryFolder { folder in
            let encoder = RowEncoder(
                tokenizer: Llama3RowTokenizer(try Tokenizer(contentsOf: URL(fileURLWithPath: tokenizer))))
            let dataset = try encoder.encodeAll(of: DatasetReader(path: try context.rows.path(in: folder)))
            return TokenizedDataset(path: dataset.path, rows: Array(dataset.rows.prefix(rowsOfStep)))
        }
    }

    private static func measured(
        _ name: String, _ dataset: TokenizedDataset, recomputedLayers: Int, _ context: BenchmarkContext
    ) throws -> [Measurement] {
        let shape = RandomLlama.llama8B
        let streams = MicroBatch.streams(rows: Array(dataset.rows.indices), of: dataset, packing: true)
        try requireMemory(name)
        let model = try RandomLlama.adapted(shape)
        model.recomputedLayers = recomputedLayers
        let largest = streams.map(\.tokens.count).max() ?? 0
        let plan = MemoryPlan(
            for: model, tokens: largest, lossTokens: streams.map(\.targets.count).max() ?? 0,
            rowBytes: dataset.tokenCount * 4, budget: recomputedLayers == 0 ? nil : 0)
        var trainer = SFTTrainer(model: model, optimizer: AdamW(parameters: model.parameters))
        // Steps take tens of seconds: two repeats tell as much as a kernel's five.
        let timing = try Timing.of(min(context.repeats, 2)) {
            let result = try trainer.step(streams, learningRate: 1e-4)
            try StandardOutput.writeLine(
                "\(name): loss \(result.loss.shortText), gradient norm \(result.gradientNorm.shortText)")
        }
        let operations = shape.neededOperations(
            lengths: dataset.rows.map(\.tokens.count), lossTokens: dataset.lossTokenCount)
        var figures = [
            Measurement("\(name) step", timing.seconds, unit: "s"),
            Measurement("\(name) real tokens", timing, .tokens(dataset.tokenCount)),
            Measurement(
                "\(name) needed arithmetic", timing, .operations(operations),
                limit: .products(shape.layerProducts(rows: min(largest, tokens)), .bfloat16)),
            Measurement("\(name) predicted peak", [Double(plan.peakBytes) / 0x1p30], unit: "GiB"),
        ]
        if let peak = MemoryUsage().peakResidentBytes {
            figures.append(Measurement("\(name) peak memory", [Double(peak) / 0x1p30], unit: "GiB"))
        }
        return figures
    }

    /// A run that does not fit would be killed without a word.
    private static func requireMemory(_ name: String) throws {
        let needed = 12 << 30
        guard let available = MemoryUsage().availableBytes, available < needed else { return }
        throw InputError(
            .tryAgain, at: name,
            "expected \((Double(needed) / 0x1p30).shortText) GiB of available memory, found \((Double(available) / 0x1p30).shortText)"
        )
    }
}
