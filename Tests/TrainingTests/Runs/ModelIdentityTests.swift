import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("The digests of a model")
struct ModelIdentityTests {
    /// A copy of a golden's model folder, and a tensor of 512 KiB beside its weights' own.
    private func withModel(large shape: [Int] = [512 << 10], _ body: (URL) throws -> Void) throws {
        try withFolder { folder in
            let configuration = try GoldenCase(name: "plain").configuration(output: folder)
            let copy = folder.appendingPathComponent("model")
            try FileManager.default.copyItem(at: URL(fileURLWithPath: configuration.model.path), to: copy)
            let weights = copy.appendingPathComponent("model.safetensors")
            let golden = try SafetensorsFile(weights)
            var entries = golden.tensors.map {
                SafetensorsWriter.Entry(name: $0, dtype: $1.dtype.dtype!, shape: $1.shape)
            }
            entries.append(.init(name: "large", dtype: .uint8, shape: shape))
            var writer = try SafetensorsWriter(weights, entries: entries)
            for name in golden.tensors.keys { try writer.append(golden.bytes(of: name), to: name) }
            try writer.append([UInt8](repeating: 7, count: 512 << 10), to: "large")
            try writer.finish()
            try body(copy)
        }
    }

    private func digests(_ folder: URL, _ form: [String] = []) throws -> [String] {
        let location = try ModelLocation.open(folder)
        return [try location.digest(form: form), try location.tokenizerDigest()]
    }

    /// Changes one byte of a file.
    private func flip(_ byte: Int, of file: URL) throws {
        var bytes = try Data(contentsOf: file)
        bytes[byte] ^= 1
        try bytes.write(to: file, options: .atomic)
    }

    @Test("a changed byte at either end of a tensor, or anywhere in one of 128 KiB, changes the model's digest")
    func weights() throws {
        try withModel { folder in
            let file = folder.appendingPathComponent("model.safetensors")
            let before = try digests(folder)
            #expect(try digests(folder) == before)
            let entries = try SafetensorsFile(file).tensors
            let large = entries["large"]!.byteRange
            var noticed = [
                large.lowerBound, large.lowerBound + 64 << 10 - 1, large.upperBound - 64 << 10, large.upperBound - 1,
            ]
            noticed += entries.filter { $0.key != "large" }.map { $1.byteRange.lowerBound + $1.byteRange.count / 2 }
            for byte in noticed {
                try flip(byte, of: file)
                let changed = try digests(folder)
                #expect(changed[0] != before[0] && changed[1] == before[1], "byte \(byte)")
                try flip(byte, of: file)
            }
            // What the digest is documented not to cover.
            try flip(large.lowerBound + large.count / 2, of: file)
            #expect(try digests(folder) == before)
        }
    }

    @Test("another shape of the same bytes, another configuration and another form change the model's digest")
    func shape() throws {
        var found: Set<String> = []
        for shape in [[512 << 10], [512, 1024], [1024, 512]] {
            try withModel(large: shape) { found.insert(try digests($0)[0]) }
        }
        #expect(found.count == 3)
        try withModel { folder in
            let before = try digests(folder)
            #expect(try digests(folder, ["nf4"])[0] != before[0])
            #expect(try digests(folder, ["a", "b"])[0] != digests(folder, ["ab"])[0])
            let file = folder.appendingPathComponent("config.json")
            try (Data(contentsOf: file) + Data("\n".utf8)).write(to: file)
            let changed = try digests(folder)
            #expect(changed[0] != before[0] && changed[1] == before[1])
        }
    }

    @Test(
        "a changed, lacking or added file of the tokenizer changes the tokenizer's digest alone",
        arguments: ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "special_tokens_map.json"])
    func tokenizer(name: String) throws {
        try withModel { folder in
            let file = folder.appendingPathComponent(name)
            let exists = FileManager.default.fileExists(atPath: file.path)
            let before = try digests(folder)
            if exists {
                try (Data(contentsOf: file) + Data(" ".utf8)).write(to: file)
                let changed = try digests(folder)
                #expect(changed[0] == before[0] && changed[1] != before[1])
                try FileManager.default.removeItem(at: file)
            } else {
                try Data("{}".utf8).write(to: file)
            }
            let changed = try digests(folder)
            #expect(changed[0] == before[0] && changed[1] != before[1])
        }
    }

    @Test("a GGUF file's metadata count for its tokenizer, its tensors for the model alone")
    func gguf() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("model.gguf")
            try FileManager.default.copyItem(at: Fixtures.golden("llama.gguf", target: "ModelFilesTests"), to: file)
            let before = try digests(file)
            let bytes = try Data(contentsOf: file)
            try flip(bytes.count - 1, of: file)
            var changed = try digests(file)
            #expect(changed[0] != before[0] && changed[1] == before[1])
            try flip(bytes.count - 1, of: file)
            let token = try #require(bytes.range(of: Data("</s>".utf8)))
            try flip(token.lowerBound + 1, of: file)
            changed = try digests(file)
            #expect(changed[1] != before[1])
        }
    }
}
