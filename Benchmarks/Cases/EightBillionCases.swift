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
        [("no recomputation", false), ("all layers recomputed", true)].map { label, isRecomputed in
            let name = "8b/\(tokens) tokens, all with loss, \(label)"
            return BenchmarkCase(name: name, needsOwnProcess: true) { context in
                let ids = RandomBits.tokens(tokens, vocabulary: RandomLlama.llama8B.vocabularySize)
                let row = TokenizedRow(tokens: ids, lossStart: 1, line: 1)
                return try measured(name, [row], sharing: false, isRecomputed: isRecomputed, context)
            }
        }
            + [("no prefix sharing", false), ("prefix sharing", true)].map { label, sharing in
                let name = "8b/\(rowsOfStep) real rows, \(label)"
                return BenchmarkCase(name: name, needsOwnProcess: true) { context in
                    try measured(name, realRows(context), sharing: sharing, isRecomputed: false, context)
                }
            }
    }

    /// The first rows with Llama-3's vocabulary.
    private static func realRows(_ context: BenchmarkContext) throws -> [TokenizedRow] {
        try withTemporaryFolder { folder in
            let encoder = RowEncoder(
                tokenizer: Llama3RowTokenizer(try Tokenizer(contentsOf: URL(fileURLWithPath: tokenizer))))
            let dataset = try encoder.encodeAll(of: DatasetReader(path: try context.rows.path(in: folder)))
            return Array(dataset.rows.prefix(rowsOfStep))
        }
    }

    private static func measured(
        _ name: String, _ rows: [TokenizedRow], sharing: Bool, isRecomputed: Bool, _ context: BenchmarkContext
    ) throws -> [Measurement] {
        let shape = RandomLlama.llama8B
        let streams = StreamPlanner(packing: true, sharing: sharing).streams([Array(rows.indices)], of: rows)
        try requireMemory(name)
        let model = try RandomLlama.adapted(shape)
        let predictedPeak = model.planMemory(of: streams, isRecomputed: isRecomputed)
        var trainer = Trainer(model: model, optimizer: AdamW(parameters: model.parameters))
        // Steps take tens of seconds: two repeats tell as much as a kernel's five.
        let timing = try Timing.of(min(context.repeats, 2)) {
            let result = try trainer.step(streams, learningRate: 1e-4)
            try StandardOutput.writeLine(
                "\(name): loss \(result.loss.shortText), gradient norm \(result.gradientNorm.shortText)")
        }
        let lengths = rows.map(\.tokens.count)
        let operations = shape.neededOperations(
            lengths: lengths, lossTokens: rows.reduce(0) { $0 + $1.lossTokenCount })
        let largest = streams.map(\.tokens.count).max() ?? 0
        var figures = [
            Measurement("\(name) step", timing.seconds, unit: "s"),
            Measurement("\(name) real tokens", timing, .tokens(lengths.reduce(0, +))),
            Measurement(
                "\(name) computed tokens", [Double(streams.reduce(0) { $0 + $1.tokens.count })], unit: "tokens"),
            Measurement(
                "\(name) needed arithmetic", timing, .operations(operations),
                limit: .products(shape.layerProducts(rows: largest), .bfloat16)),
            Measurement("\(name) predicted peak", [Double(predictedPeak) / 0x1p30], unit: "GiB"),
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
            "expected \((Double(needed) / 0x1p30).shortText) GiB of available memory, "
                + "found \((Double(available) / 0x1p30).shortText)")
    }
}
