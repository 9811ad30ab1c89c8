import Foundation
import Signet
import TestSupport

/// A model folder of any shape with random weights, the tokenizer of the training tests' goldens and rows to train on, in
/// a temporary folder that is removed with it.
final class LlamaFolder {
    let url: URL

    /// - Parameters:
    ///   - shape: with at least the tokenizer's vocabulary.
    ///   - dtype: of the weights.
    ///   - rowLengths: about how many words each row has.
    init(_ shape: LlamaConfiguration, dtype: DType = .bfloat16, rowLengths: [Int]) throws {
        url = try Fixtures.temporaryFolder()
        let model = url.appendingPathComponent("model")
        try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
        let golden = Fixtures.golden("plain/model", target: "TrainingTests")
        for name in try FileManager.default.contentsOfDirectory(atPath: golden.path)
        where name.contains("token") || name.contains("template") {
            try FileManager.default.copyItem(
                at: golden.appendingPathComponent(name), to: model.appendingPathComponent(name))
        }
        try Data(shape.huggingFaceJSON(dtype: dtype).utf8).write(to: model.appendingPathComponent("config.json"))
        var writer = try SafetensorsWriter(
            model.appendingPathComponent("model.safetensors"),
            entries: Self.weights(shape).map { .init(name: $0.name, dtype: dtype, shape: $0.shape) })
        for (index, weight) in Self.weights(shape).enumerated() {
            let values = Tensor.normal(
                weight.shape, standardDeviation: 0.02, key: RandomKey(seed: UInt64(index))
            ).converted(to: dtype)
            try values.withUnsafeBytes { try writer.append($0, to: weight.name) }
        }
        try writer.finish()
        let rows = rowLengths.enumerated().map { index, count in
            "{\"text\": \"\((0..<count).map { "word \(($0 * 7 + index * 13) % 89)" }.joined(separator: " "))\"}\n"
        }
        try Data(rows.joined().utf8).write(to: data)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var data: URL { url.appendingPathComponent("train.jsonl") }

    /// Writes a configuration of a training run and returns the arguments that run it, writing to `out-<name>`.
    func arguments(_ name: String, _ settings: [String]) throws -> [String] {
        let config = url.appendingPathComponent("config.json")
        let text = "{\"model\": {\"path\": \"model\"}, \"data\": {\"train\": \"train.jsonl\"}}"
        try Data(text.utf8).write(to: config)
        let all = ["output_dir=\(output(name).path)"] + settings
        return ["--config", config.path] + all.flatMap { ["--set", $0] }
    }

    func output(_ name: String) -> URL { url.appendingPathComponent("out-\(name)") }

    /// The names and shapes of all weights.
    static func weights(_ shape: LlamaConfiguration) -> [(name: String, shape: [Int])] {
        let norm = [shape.hiddenSize]
        let table = [shape.vocabularySize, shape.hiddenSize]
        return [("model.embed_tokens.weight", table), ("lm_head.weight", table), ("model.norm.weight", norm)]
            + (0..<shape.layerCount).flatMap { layer in
                (["input_layernorm", "post_attention_layernorm"].map { ($0, norm) } + shape.projectionShapes).map {
                    ("model.layers.\(layer).\($0.0).weight", $0.1)
                }
            }
    }
}
