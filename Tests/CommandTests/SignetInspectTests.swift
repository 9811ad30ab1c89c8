import Files
import Foundation
import TestSupport
import Testing

/// One file of each kind that no folder is.
enum Sample {
    static let checkpoint = Fixtures.golden("checkpoint-schema-1.h5", target: "CheckpointIOTests").path
    static let gguf = Fixtures.golden("llama.gguf", target: "ModelFilesTests").path
    static let weights = Golden.path("plain/model/model.safetensors")
}

@Suite("signet inspect")
struct SignetInspectTests {
    private func inspect(_ path: String) throws -> JSONValue {
        try JSONValue(text: signet("inspect", path, "--json").output)
    }

    @Test(
        "tells what each kind of file holds",
        arguments: [
            (Golden.model, "Hugging Face model", 21), (Sample.gguf, "GGUF model", 21),
            (Golden.path("plain/final_adapter"), "LoRA adapter", 16), (Sample.weights, "safetensors file", 21),
            (Sample.checkpoint, "training checkpoint", 6),
        ])
    func kinds(path: String, kind: String, count: Int) throws {
        let found = try inspect(path)
        #expect(found["kind"]?.string == kind)
        #expect(found["path"]?.string == path)
        let tensors = try #require(found["tensors"]?.array)
        #expect(tensors.count == count)
        #expect(tensors.allSatisfy { $0.members?.map(\.key) == ["name", "encoding", "shape", "bytes"] })
        #expect(try signet("inspect", path).lines.first?.hasSuffix(kind) == true)
        let listing = try signet("inspect", path, "--tensors").lines
        #expect(listing.suffix(count + 1).first == "tensors")
    }

    @Test("counts a model's parameters and knows its tokenizer and its 4-bit form")
    func model() throws {
        try withFolder { folder in
            let copy = folder.appendingPathComponent("copy").path
            _ = try signet("quantize", Golden.model, copy)
            for (path, quantization) in [
                (Golden.model, "null"), (copy, #"{"quant_type": "nf4", "double_quant": true}"#),
            ] {
                let found = try inspect(path)
                #expect(found["parameters"]?.integer == 62448)
                #expect(found["quantization"]?.compactText == quantization)
                #expect(found["tokenizer"]?["chat_template"]?.string == "ChatML")
                #expect(found["tokenizer"]?["end_tokens"]?.compactText == #"["<|im_end|>"]"#)
                #expect(found["configuration"]?["num_hidden_layers"]?.integer == 2)
            }
        }
    }

    @Test("tells a checkpoint's step, identity and counters")
    func checkpoint() throws {
        let found = try inspect(Sample.checkpoint)
        #expect(found["step"]?.integer == 12)
        #expect(found["counters"]?["data/epoch"]?.integer == 2)
        #expect(found["identity"]?["model"]?.string == "04ee436e0ebbb533bcfba3fcf40ae9bd")
    }

    @Test("says that a file is damaged, whatever it is", arguments: [Sample.checkpoint, Sample.gguf, Sample.weights])
    func damaged(path: String) throws {
        try withFolder { folder in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            let copy = folder.appendingPathComponent(URL(fileURLWithPath: path).lastPathComponent)
            try bytes.prefix(bytes.count / 2).write(to: copy)
            try signetFails(["inspect", copy.path], 65, copy.path)
        }
    }

    @Test("says that a checkpoint with one wrong bit is damaged")
    func wrongBit() throws {
        try withFolder { folder in
            var bytes = try Data(contentsOf: URL(fileURLWithPath: Sample.checkpoint))
            bytes[bytes.count / 2] ^= 1
            let copy = folder.appendingPathComponent("checkpoint-12.h5")
            try bytes.write(to: copy)
            try signetFails(["inspect", copy.path], 65, "damaged")
        }
    }

    @Test("recognises a file without a telling name by its first bytes")
    func unnamed() throws {
        try withFolder { folder in
            for (path, kind) in [
                (Sample.checkpoint, "training checkpoint"), (Sample.gguf, "GGUF model"),
                (Sample.weights, "safetensors file"),
            ] {
                let copy = folder.appendingPathComponent(UUID().uuidString).path
                try FileManager.default.copyItem(atPath: path, toPath: copy)
                #expect(try signet("inspect", copy).lines.first?.hasSuffix(kind) == true)
            }
            try signetFails(["inspect", try folder.file("notes.txt", "Hello")], 65, "found none of them")
        }
    }
}
