import Diagnostics
import Foundation
import Layers
import ModelFiles
import Models
import Tensors
import TestSupport
import Testing

@Suite("Loading a model")
struct LoadingTests {
    /// A model folder with weights that are large beside everything else.
    private static func makeFolder(_ type: DType) throws -> URL {
        let (hidden, feedForward, vocabulary) = (128, 512, 256)
        let folder = try Fixtures.temporaryFolder()
        let configuration = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": \(hidden),
             "intermediate_size": \(feedForward), "num_hidden_layers": 2, "num_attention_heads": 4,
             "num_key_value_heads": 4, "vocab_size": \(vocabulary), "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
             "hidden_act": "silu", "tie_word_embeddings": true, "max_position_embeddings": 128}
            """
        try Data(configuration.utf8).write(to: folder.appendingPathComponent("config.json"))
        var shapes = ["model.embed_tokens.weight": [vocabulary, hidden], "model.norm.weight": [hidden]]
        for layer in 0..<2 {
            let prefix = "model.layers.\(layer)"
            for name in ["q_proj", "k_proj", "v_proj", "o_proj"] {
                shapes["\(prefix).self_attn.\(name).weight"] = [hidden, hidden]
            }
            for name in ["gate_proj", "up_proj"] { shapes["\(prefix).mlp.\(name).weight"] = [feedForward, hidden] }
            shapes["\(prefix).mlp.down_proj.weight"] = [hidden, feedForward]
            for name in ["input_layernorm", "post_attention_layernorm"] {
                shapes["\(prefix).\(name).weight"] = [hidden]
            }
        }
        var writer = try SafetensorsWriter(
            folder.appendingPathComponent("model.safetensors"),
            entries: shapes.map { .init(name: $0, dtype: type, shape: $1) })
        for (index, (name, shape)) in shapes.sorted(by: { $0.key < $1.key }).enumerated() {
            let tensor = Tensor.normal(shape, key: RandomKey(seed: UInt64(index))).converted(to: type)
            try tensor.withUnsafeBytes { try writer.append($0, to: name) }
        }
        try writer.finish()
        return folder
    }

    @Test("quantizing while loading holds no more than one tensor's scales beyond the result")
    func memory() async {
        // In a process of its own: what other tests hold would count.
        await #expect(processExitsWith: .success) {
            for type in [DType.float32, .bfloat16, .float16] {
                let folder = try LoadingTests.makeFolder(type)
                defer { try? FileManager.default.removeItem(at: folder) }
                let location = try ModelLocation.open(folder)
                TensorMemory.resetPeak()
                let before = TensorMemory.liveBytes
                let model = try LlamaModel(location, quantization: QuantizationSettings())
                let result = TensorMemory.liveBytes - before
                let peak = TensorMemory.peakBytes - before
                #expect(result < model.weightBytes + 64 << 10)
                // One in float32 for each block of 64 elements of the largest.
                #expect(peak <= result + 512 * 128 / 64 * 4 + 64, "\(type): \(peak) and \(result) bytes")
            }
        }
    }

    @Test("a folder that is quantized is not quantized again in another form")
    func requantizing() throws {
        let location = try Golden("plain_nf4").location
        let same = QuantizationSettings(type: .nf4, blockSize: 64, doubleQuantized: false)
        _ = try LlamaModel(location, quantization: same)
        var others = [same, same, same]
        others[0].type = .fp4
        others[1].doubleQuantized = true
        others[2].blockSize = 128
        for other in others {
            let error = #expect(throws: InputError.self) { try LlamaModel(location, quantization: other) }
            #expect(error?.exitCode == .data)
        }
    }
}
