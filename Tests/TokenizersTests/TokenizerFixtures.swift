import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// The goldens of this target and the tokenizers made of them.
enum TokenizerFixtures {
    static func golden(_ name: String) -> URL { Fixtures.golden(name, target: "TokenizersTests") }

    static func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: golden(name)))
    }

    /// The parsed `tiny_tokenizer.json`.
    static func tinyFile() throws -> [String: Any] {
        let data = try Data(contentsOf: golden("tiny_tokenizer.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// Calls `body` with a folder that holds `files`, each a JSON object or a text.
    static func withFolder<Result>(_ files: [String: Any], _ body: (URL) throws -> Result) throws -> Result {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, content) in files {
            let data = try (content as? String).map { Data($0.utf8) } ?? JSONSerialization.data(withJSONObject: content)
            try data.write(to: folder.appendingPathComponent(name))
        }
        return try body(folder)
    }

    /// The tiny tokenizer with begin, end and pad tokens, and a chat template where one is given.
    static func tinyTokenizer(
        template: String? = nil, config: [String: Any] = [:], change: (inout [String: Any]) -> Void = { _ in }
    ) throws -> Tokenizer {
        var file = try tinyFile()
        change(&file)
        var settings: [String: Any] = [
            "bos_token": "<|begin_of_text|>", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
        ]
        settings.merge(config) { $1 }
        if let template { settings["chat_template"] = template }
        return try withFolder(["tokenizer.json": file, "tokenizer_config.json": settings]) {
            try Tokenizer(modelFolder: $0)
        }
    }

    /// A downloaded file under `Checkpoints`, or nil.
    static func download(_ path: String) -> URL? {
        let url = Fixtures.root.appendingPathComponent("Checkpoints/\(path)")
        return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }

    static var smolLM2File: URL? { download("smollm2/SmolLM2-135M-Instruct.Q4_1.gguf") }
    static var llama3File: URL? { download("llama3/tokenizer.model") }
}
