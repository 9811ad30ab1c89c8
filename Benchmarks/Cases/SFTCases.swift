import Foundation
import Signet

/// QLoRA of SmolLM2-135M end to end, as `train` does it: NF4 base, bfloat16 products, r 16 on the attention projections,
/// 8 rows a step.
enum SFTCases {
    static let model = "Checkpoints/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
    private static let steps = 8
    private static let batchSize = 8

    static var all: [BenchmarkCase] {
        [("no prefix sharing", TrainConfiguration.Data.PrefixSharing.off), ("prefix sharing", .automatic)].map {
            (label, sharing) in
            let name = "sft/SmolLM2-135M \(label)"
            return BenchmarkCase(name: name, needsOwnProcess: true) { context in
                try withTemporaryFolder { try measured(name, sharing, context, $0) }
            }
        }
    }

    private struct Record: Decodable {
        var tokensPerSecond: Double
        var peakMemoryBytes: Int
    }

    private static func measured(
        _ name: String, _ sharing: TrainConfiguration.Data.PrefixSharing, _ context: BenchmarkContext, _ folder: URL
    ) throws -> [Measurement] {
        var configuration = TrainConfiguration(
            model: .init(path: model), data: .init(train: try context.rows.path(in: folder)))
        configuration.model.quantization = .init()
        configuration.data.maxLength = 2048
        configuration.data.prefixSharing = sharing
        configuration.training.maxSteps = steps
        configuration.training.perDeviceTrainBatchSize = batchSize
        configuration.outputDir = folder.appendingPathComponent("out").path
        let setup = try RunSetup(configuration)
        var trainingRun = try TrainingRun(setup, start: .fresh, style: .quiet)
        try trainingRun.run()
        let metrics = try String(contentsOf: folder.appendingPathComponent("out/metrics.jsonl"), encoding: .utf8)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let records = try metrics.split(separator: "\n").map { try decoder.decode(Record.self, from: Data($0.utf8)) }
        let rows = setup.trainingRows
        return [
            // The first step is the warm-up.
            Measurement("\(name) real tokens", records.dropFirst().map(\.tokensPerSecond), unit: "tokens/s"),
            Measurement("\(name) peak memory", [Double(records.last!.peakMemoryBytes) / 1e9], unit: "GB"),
            Measurement("\(name) predicted peak", [Double(setup.memory.peakBytes) / 1e9], unit: "GB"),
            Measurement("\(name) tokens a row", [Double(rows.tokenCount) / Double(rows.rows.count)], unit: "tokens"),
        ]
    }
}
