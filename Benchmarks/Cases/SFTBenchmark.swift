import Foundation
import Signet

/// QLoRA of SmolLM2-135M on real anonymization rows: NF4 base, bfloat16 products, r 16 on the attention projections.
///
/// Rows are those of `Examples/data/train.jsonl`, or of a file of anonymization trajectories that `SIGNET_TRAJECTORIES`
/// names: each text with what an adversary inferred from it, and the next, less revealing text as the answer.
enum SFTBenchmark {
    private static let steps = 8
    private static let batchSize = 8

    static func run() throws -> [Measurement] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "signet-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var rows = URL(fileURLWithPath: "Examples/data/train.jsonl")
        if let trajectories = ProcessInfo.processInfo.environment["SIGNET_TRAJECTORIES"] {
            rows = folder.appendingPathComponent("rows.jsonl")
            try writeRows(of: trajectories, to: rows)
        }
        var configuration = TrainConfiguration(
            model: .init(path: "Checkpoints/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"), data: .init(train: rows.path))
        configuration.model.quantization = .init()
        configuration.data.maxLength = 2048
        configuration.training.maxSteps = steps
        configuration.training.perDeviceTrainBatchSize = batchSize
        configuration.outputDir = folder.appendingPathComponent("out").path
        let setup = try RunSetup(configuration)
        print(setup.plan)
        var trainingRun = try TrainingRun(setup, start: .fresh, style: .quiet)
        try trainingRun.run()
        let metrics = try String(contentsOf: folder.appendingPathComponent("out/metrics.jsonl"), encoding: .utf8)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let records = try metrics.split(separator: "\n").map { try decoder.decode(Record.self, from: Data($0.utf8)) }
        let warm = records.dropFirst()
        return [
            Measurement("sft/smollm2 real tokens", warm.map(\.tokensPerSecond), unit: "tokens/s"),
            Measurement(
                "sft/smollm2 peak memory", [Double(records.last!.peakMemoryBytes) / 1e9], unit: "GB"),
            Measurement("sft/smollm2 peak of tensors alone", [Double(TensorMemory.peakBytes) / 1e9], unit: "GB"),
            Measurement("sft/smollm2 predicted peak", [Double(setup.memory.peakBytes) / 1e9], unit: "GB"),
            Measurement(
                "sft/smollm2 tokens a row",
                [Double(setup.trainingRows.tokenCount) / Double(setup.trainingRows.rows.count)], unit: "tokens"),
        ]
    }

    private struct Record: Decodable {
        var tokensPerSecond: Double
        var peakMemoryBytes: Int
    }

    private struct Trajectory: Decodable {
        struct Inference: Decodable {
            var type: String
            var inference: String
        }
        struct Step: Decodable {
            var text: String
            var privacy: [Inference]
        }
        var texts: [Step]
    }

    private static func writeRows(of source: String, to url: URL) throws {
        guard let content = FileManager.default.contents(atPath: source) else {
            throw InputError(.missingFile, at: source, "expected a file of trajectories, found no such file")
        }
        let trajectories = try content.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Trajectory.self, from: $0)
        }
        var lines = ""
        for trajectory in trajectories {
            for (step, next) in zip(trajectory.texts, trajectory.texts.dropFirst()) {
                let clues = step.privacy.map { "- \($0.type): \($0.inference)" }.joined(separator: "\n")
                let row = [
                    "messages": [
                        ["role": "system", "content": "You rewrite texts so that nothing personal can be inferred."],
                        ["role": "user", "content": "\(step.text)\n\nWhat a reader infers:\n\(clues)"],
                        ["role": "assistant", "content": next.text],
                    ]
                ]
                lines += String(decoding: try JSONEncoder().encode(row), as: UTF8.self) + "\n"
            }
        }
        try lines.write(to: url, atomically: true, encoding: .utf8)
    }
}
