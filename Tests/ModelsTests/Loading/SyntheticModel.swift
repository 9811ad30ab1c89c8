import Foundation
import ModelFiles
import Tensors
import TestSupport

/// A sharded model folder of a given size whose weights are random bf16 numbers, the same ones again and again.
struct SyntheticModel {
    let folder: URL
    /// Bytes of all weights.
    let byteCount: Int
    /// Bytes of the largest weight.
    let largestByteCount: Int

    /// - Parameter keyValueHeads: of `hidden / 64` heads.
    init(
        layers: Int, hidden: Int, feedForward: Int, vocabulary: Int, keyValueHeads: Int, shards: Int,
        in parent: URL = FileManager.default.temporaryDirectory
    ) throws {
        folder = parent.appendingPathComponent("signet-synthetic-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let configuration = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": \(hidden),
             "intermediate_size": \(feedForward), "num_hidden_layers": \(layers), "num_attention_heads": \(hidden / 64),
             "num_key_value_heads": \(keyValueHeads), "vocab_size": \(vocabulary), "rms_norm_eps": 1e-5,
             "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": false, "max_position_embeddings": 128}
            """
        try Data(configuration.utf8).write(to: folder.appendingPathComponent("config.json"))
        var entries: [SafetensorsWriter.Entry] = []
        func add(_ name: String, _ shape: [Int]) {
            entries.append(.init(name: "\(name).weight", dtype: .bfloat16, shape: shape))
        }
        add("model.embed_tokens", [vocabulary, hidden])
        for layer in 0..<layers {
            let prefix = "model.layers.\(layer)"
            for (name, rows) in [("q", hidden), ("k", keyValueHeads * 64), ("v", keyValueHeads * 64), ("o", hidden)] {
                add("\(prefix).self_attn.\(name)_proj", [rows, hidden])
            }
            for name in ["gate", "up"] { add("\(prefix).mlp.\(name)_proj", [feedForward, hidden]) }
            add("\(prefix).mlp.down_proj", [hidden, feedForward])
            for name in ["input", "post_attention"] { add("\(prefix).\(name)_layernorm", [hidden]) }
        }
        add("model.norm", [hidden])
        add("lm_head", [vocabulary, hidden])
        byteCount = entries.reduce(0) { $0 + $1.byteCount }
        largestByteCount = entries.map(\.byteCount).max()!
        try write(entries, shards: shards)
    }

    private func write(_ entries: [SafetensorsWriter.Entry], shards: Int) throws {
        let pattern = Tensor.normal([1 << 20], key: RandomKey(seed: 7)).converted(to: .bfloat16)
        var map: [String: String] = [:]
        let perShard = (entries.count + shards - 1) / shards
        for (index, start) in stride(from: 0, to: entries.count, by: perShard).enumerated() {
            let shard = Array(entries[start..<min(start + perShard, entries.count)])
            let name = "model-\(index + 1).safetensors"
            var writer = try SafetensorsWriter(folder.appendingPathComponent(name), entries: shard)
            for entry in shard {
                map[entry.name] = name
                for start in stride(from: 0, to: entry.byteCount, by: 2 << 20) {
                    let count = min(2 << 20, entry.byteCount - start)
                    try pattern.withUnsafeBytes { try writer.append(.init(rebasing: $0[..<count]), to: entry.name) }
                }
            }
            try writer.finish()
        }
        let index = try JSONSerialization.data(withJSONObject: ["weight_map": map])
        try index.write(to: folder.appendingPathComponent("model.safetensors.index.json"))
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}

/// Resident memory of this process in bytes.
enum ResidentMemory {
    /// At present.
    static var now: Int { value("VmRSS") }
    /// The most since the last `resetPeak()`.
    static var peak: Int { value("VmHWM") }

    static func resetPeak() {
        let descriptor = open("/proc/self/clear_refs", O_WRONLY)
        precondition(write(descriptor, "5", 1) == 1)
        close(descriptor)
    }

    private static func value(_ name: String) -> Int {
        let status = try! String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }!
        return Int(line.filter(\.isNumber))! << 10
    }
}
