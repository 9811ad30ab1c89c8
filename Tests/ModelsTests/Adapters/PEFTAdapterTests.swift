import Foundation
import Layers
import ModelFiles
import Models
import Tensors
import TestSupport
import Testing

@Suite("PEFT's adapter folders")
struct PEFTAdapterTests {
    static let names = ["plain", "rslora_patterns", "all_linear", "regex"]

    private func model() throws -> LlamaModel {
        try LlamaModel(Golden("plain").location, computeType: .float32)
    }

    private func contents(_ folder: URL, _ file: String) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(file))
    }

    /// A saved copy of the model's adapters, removed after use.
    private func withSaved<Result>(
        _ model: LlamaModel, _ configuration: LoRAConfiguration, _ use: (URL) throws -> Result
    ) throws -> Result {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let adapter = folder.appendingPathComponent("adapter")
        try PEFTAdapter.save(
            model, configuration: configuration, baseModel: "../../ModelsTests/Goldens/plain", to: adapter)
        return try use(adapter)
    }

    @Test("logits with an adapter are those of PEFT to 1e-5", arguments: names)
    func logits(name: String) throws {
        let model = try model()
        try PEFTAdapter.attach(AdapterFolder.golden(name), to: model)
        let golden = try SafetensorsFile(Fixtures.golden("\(name).safetensors", target: "LayersTests"))
        for sequence in ["0", "1"] {
            let tokens = try golden.bytes(of: "tokens.\(sequence)").bindMemory(to: Int64.self).map { Int32($0) }
            let expected = Array(try golden.bytes(of: "logits.\(sequence)").bindMemory(to: Float.self))
            let logits = model.logits(tokens: tokens, plan: SegmentPlan(lengths: [tokens.count]))
            #expect(relativeDifference(logits.floats, expected) <= 1e-5)
        }
    }

    @Test("a loaded adapter is saved as the same bytes that PEFT has written", arguments: names)
    func savedWeights(name: String) throws {
        let model = try model()
        let configuration = try PEFTAdapter.attach(AdapterFolder.golden(name), to: model)
        try withSaved(model, configuration) { folder in
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(files == ["adapter_config.json", "adapter_model.safetensors"])
            let file = "adapter_model.safetensors"
            #expect(try contents(folder, file) == contents(AdapterFolder.golden(name), file))
        }
    }

    @Test("the saved configuration says what PEFT's says, and leaves out only what is off", arguments: names)
    func savedConfiguration(name: String) throws {
        func values(_ folder: URL) throws -> [String: String] {
            let object = try JSONSerialization.jsonObject(with: contents(folder, "adapter_config.json"))
            return try #require(object as? [String: Any]).mapValues { value in
                let text = try JSONSerialization.data(
                    withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
                return String(decoding: text, as: UTF8.self)
            }
        }
        let model = try model()
        let configuration = try PEFTAdapter.attach(AdapterFolder.golden(name), to: model)
        var expected = try values(AdapterFolder.golden(name))
        var found = try withSaved(model, configuration, values)
        // How training started is not kept: it says nothing about the adapter that came out.
        #expect(expected.removeValue(forKey: "init_lora_weights") == "\"gaussian\"")
        #expect(found.removeValue(forKey: "init_lora_weights") == "true")
        for (key, value) in found { #expect(expected[key] == value, "\(key)") }
        let off: Set = ["null", "false", "{}", "[]"]
        let missing = expected.filter { found[$0.key] == nil && !off.contains($0.value) }.keys.sorted()
        #expect(missing == ["peft_version", "qalora_group_size"])
    }

    @Test("an adapter saved and loaded again is the same to the bit")
    func roundTrip() throws {
        let model = try model()
        let configuration = LoRAConfiguration(
            rank: 3, alpha: 7.5, useRSLoRA: true,
            rankPattern: [NamePattern("q_proj", 5), NamePattern("layers.1.self_attn.q_proj", 2)],
            alphaPattern: [NamePattern(#"layers\.0\..*_proj"#, 1.25), NamePattern("k_proj", 4)],
            targets: .pattern(#".*\.(q|k|up)_proj"#), initializer: .random)
        try model.attachAdapters(configuration, key: RandomKey(seed: 4))
        let loaded = try self.model()
        let read = try withSaved(model, configuration) { try PEFTAdapter.attach($0, to: loaded) }
        var expected = configuration
        expected.initializer = .kaimingUniform
        #expect(read == expected)
        #expect(loaded.adapters.map(\.module) == model.adapters.map(\.module))
        #expect(loaded.adapters.map(\.scale) == model.adapters.map(\.scale))
        #expect(loaded.parameters.map(\.floats) == model.parameters.map(\.floats))
        #expect(loaded.layers[1].queryProjection.adapter?.rank == 5)
    }

    @Test("of patterns that overlap, the first in the file rules, saved and read")
    func patternOrder() throws {
        let folder = try AdapterFolder("plain")
        try folder.edit(
            "\"alpha_pattern\": {}", to: #""alpha_pattern": {"q_proj": 12, "layers.1.self_attn.q_proj": 20}"#)
        let wide = try model()
        let configuration = try PEFTAdapter.attach(folder.url, to: wide)
        #expect(wide.layers.map { $0.queryProjection.adapter?.scale } == [3, 3])
        try withSaved(wide, configuration) { saved in
            let again = try model()
            #expect(try PEFTAdapter.attach(saved, to: again) == configuration)
            #expect(again.layers.map { $0.queryProjection.adapter?.scale } == [3, 3])
        }
        try folder.edit(
            #"{"q_proj": 12, "layers.1.self_attn.q_proj": 20}"#,
            to: #"{"layers.1.self_attn.q_proj": 20, "q_proj": 12}"#)
        let narrow = try model()
        try PEFTAdapter.attach(folder.url, to: narrow)
        #expect(narrow.layers.map { $0.queryProjection.adapter?.scale } == [3, 5])
    }

    @Test("all-linear is saved as the names of the projections, which PEFT takes for the same")
    func allLinear() throws {
        let model = try model()
        let configuration = LoRAConfiguration(rank: 2, targets: .allLinear)
        try model.attachAdapters(configuration, key: RandomKey(seed: 1))
        let read = try withSaved(model, configuration) { try PEFTAdapter.attach($0, to: self.model()) }
        let names = ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"]
        #expect(read.targets == .modules(names))
    }

    @Test("saving replaces an adapter as a whole")
    func replacing() throws {
        let model = try model()
        let configuration = LoRAConfiguration(rank: 2, targets: .modules(["q_proj"]))
        try model.attachAdapters(configuration, key: RandomKey(seed: 1))
        try withSaved(model, configuration) { folder in
            let other = LoRAConfiguration(rank: 1, targets: .modules(["v_proj"]))
            try model.attachAdapters(other, key: RandomKey(seed: 2))
            try PEFTAdapter.save(model, configuration: other, baseModel: nil, to: folder)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
            #expect(try PEFTAdapter.attach(folder, to: self.model()) == other)
        }
    }
}
