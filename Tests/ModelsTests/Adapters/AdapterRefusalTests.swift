import Diagnostics
import Foundation
import Layers
import ModelFiles
import Models
import Tensors
import TestSupport
import Testing

@Suite("Adapters that are refused")
struct AdapterRefusalTests {
    private static let query = "base_model.model.model.layers.0.self_attn.q_proj"

    /// Expects that the folder is refused with the place at the end of the error's, and that the model stays as it was.
    private func expectRefusal(
        of folder: URL, at place: String, _ code: ExitCode = .data,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let model = try LlamaModel(Golden("plain").location, computeType: .float32)
        let error = #expect(throws: InputError.self, sourceLocation: sourceLocation) {
            try PEFTAdapter.attach(folder, to: model)
        }
        let found = try #require(error, sourceLocation: sourceLocation)
        #expect(found.exitCode == code, sourceLocation: sourceLocation)
        #expect(found.description.contains(place), "\(found)", sourceLocation: sourceLocation)
        #expect(!found.description.contains("\n"), sourceLocation: sourceLocation)
        #expect(model.adapters.isEmpty, "half an adapter is attached", sourceLocation: sourceLocation)
    }

    @Test(
        "an option that changes the mathematics is refused by its key",
        arguments: [
            "use_dora": "use_dora", "lora_bias": "lora_bias", "bias": "bias", "modules_to_save": "modules_to_save",
            "layers_to_transform": "layers_to_transform", "exclude_modules": "exclude_modules",
            "fan_in_fan_out": "fan_in_fan_out", "layer_replication": "layer_replication",
            "target_parameters": "target_parameters", "trainable_token_indices": "trainable_token_indices",
            "alora": "alora_invocation_tokens", "qalora": "use_qalora", "pissa": "init_lora_weights",
        ])
    func options(name: String, key: String) throws {
        let folder = try AdapterFolder("plain")
        let golden = AdapterFolder.golden("refused/\(name)/adapter_config.json")
        try folder.write(configuration: String(contentsOf: golden, encoding: .utf8))
        try expectRefusal(of: folder.url, at: "adapter_config.json: \(key): ")
    }

    @Test("every golden of an option to refuse is tried")
    func complete() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: AdapterFolder.golden("refused").path)
        #expect(folders.filter { !$0.hasPrefix(".") }.count == 13)
    }

    @Test(
        "a configuration that is not as it should be is refused by its key",
        arguments: [
            ("\"r\": 4", "\"r\": 0", "r"), ("\"r\": 4", "\"r\": -4", "r"), ("\"r\": 4", "\"r\": 1.5", "r"),
            ("\"r\": 4", "\"r\": \"4\"", "r"),
            ("\"lora_alpha\": 8", "\"lora_alpha\": [8]", "lora_alpha"),
            ("\"use_rslora\": false", "\"use_rslora\": \"no\"", "use_rslora"),
            ("\"peft_type\": \"LORA\"", "\"peft_type\": \"IA3\"", "peft_type"),
            ("\"rank_pattern\": {}", "\"rank_pattern\": {\"q_proj\": \"8\"}", "rank_pattern.q_proj"),
            ("\"rank_pattern\": {}", "\"rank_pattern\": {\"q_proj\": 0}", "rank_pattern.q_proj"),
            ("\"rank_pattern\": {}", "\"rank_pattern\": {\"q_proj(\": 4}", "rank_pattern.q_proj("),
            ("\"rank_pattern\": {}", "\"rank_pattern\": [8]", "rank_pattern"),
            ("\"target_modules\"", "\"target_modules_of_old\"", "target_modules"),
            ("\"use_dora\": false", "\"use_dora\": false, \"use_new_mathematics\": true", "use_new_mathematics"),
        ])
    func values(part: String, replacement: String, key: String) throws {
        let folder = try AdapterFolder("plain")
        try folder.edit(part, to: replacement)
        try expectRefusal(of: folder.url, at: "adapter_config.json: \(key)")
    }

    @Test("an unknown key that is off is no reason to refuse")
    func unknownKeys() throws {
        let folder = try AdapterFolder("plain")
        try folder.edit(
            "\"use_dora\": false", to: "\"use_dora\": false, \"new_a\": null, \"new_b\": {}, \"new_c\": false")
        let model = try LlamaModel(Golden("plain").location, computeType: .float32)
        try PEFTAdapter.attach(folder.url, to: model)
        #expect(model.adapters.count == 4)
    }

    @Test("text that is no JSON object is refused", arguments: ["", "[]", "{", "null", "{\"r\": 4}x"])
    func noJSON(text: String) throws {
        let folder = try AdapterFolder("plain")
        try folder.write(configuration: text)
        try expectRefusal(of: folder.url, at: "adapter_config.json")
    }

    @Test("missing files are named")
    func missingFiles() throws {
        for file in ["adapter_config.json", "adapter_model.safetensors"] {
            let folder = try AdapterFolder("plain")
            try FileManager.default.removeItem(at: folder.url.appendingPathComponent(file))
            try expectRefusal(of: folder.url, at: file, .missingFile)
        }
    }

    @Test("a missing tensor, one too many, and one of another shape are named")
    func tensors() throws {
        let missing = try AdapterFolder("plain")
        try missing.change { $0["\(Self.query).lora_B.weight"] = nil }
        try expectRefusal(of: missing.url, at: "\(Self.query).lora_B.weight")

        let extra = try AdapterFolder("plain")
        try extra.change { $0["base_model.model.model.layers.0.self_attn.k_proj.lora_A.weight"] = .zeros([4, 32]) }
        try expectRefusal(of: extra.url, at: "layers.0.self_attn.k_proj.lora_A.weight")

        let magnitude = try AdapterFolder("plain")
        try magnitude.change { $0["\(Self.query).lora_magnitude_vector"] = .ones([32]) }
        try expectRefusal(of: magnitude.url, at: "lora_magnitude_vector")

        let shape = try AdapterFolder("plain")
        try shape.change { $0["\(Self.query).lora_A.weight"] = .zeros([32, 4]) }
        try expectRefusal(of: shape.url, at: "\(Self.query).lora_A.weight: expected shape [4, 32], found [32, 4]")

        let rank = try AdapterFolder("plain")
        try rank.edit("\"r\": 4", to: "\"r\": 5")
        try expectRefusal(of: rank.url, at: "expected shape [5, 32], found [4, 32]")

        let integers = try AdapterFolder("plain")
        try integers.change {
            $0["\(Self.query).lora_A.weight"] = Tensor([Int32](repeating: 1, count: 128), shape: [4, 32])
        }
        try expectRefusal(of: integers.url, at: "\(Self.query).lora_A.weight")
    }

    @Test("values that are not finite are refused", arguments: [Float.nan, .infinity, -.infinity])
    func notFinite(value: Float) throws {
        let folder = try AdapterFolder("plain")
        try folder.change { tensors in
            var values = try #require(tensors["\(Self.query).lora_B.weight"]).floats
            values[values.count - 1] = value
            tensors["\(Self.query).lora_B.weight"] = Tensor(values, shape: [32, 4])
        }
        try expectRefusal(of: folder.url, at: "\(Self.query).lora_B.weight: expected finite values")
    }

    @Test("an adapter of another model is refused")
    func otherModel() throws {
        let model = try LlamaModel(Golden("tinyllama").location, computeType: .float32)
        #expect(throws: InputError.self) { try PEFTAdapter.attach(AdapterFolder.golden("plain"), to: model) }
        #expect(model.adapters.isEmpty)
    }

    @Test("a folder whose targets match nothing is refused")
    func nothingTargeted() throws {
        let folder = try AdapterFolder("regex")
        try folder.edit(#".*\\.layers\\.1\\."#, to: #"layers\\.1\\."#)
        try expectRefusal(of: folder.url, at: "adapter_config.json: target_modules")
    }
}
