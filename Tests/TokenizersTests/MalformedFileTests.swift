import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("Malformed files") struct MalformedFileTests {
    /// A change to `tokenizer.json` and what the error has to name.
    struct Damage: Sendable, CustomTestStringConvertible {
        var path: [String]
        /// The new value as JSON; nil removes the key.
        var json: String?
        var place: String
        var testDescription: String { "\(path.joined(separator: ".")) = \(json ?? "nothing")" }
    }

    private static let damages = [
        Damage(path: ["model"], json: nil, place: "tokenizer.json: model"),
        Damage(path: ["model", "type"], json: "\"Unigram\"", place: "model.type"),
        Damage(path: ["model", "vocab"], json: nil, place: "model.vocab"),
        Damage(path: ["model", "vocab"], json: "[]", place: "model.vocab"),
        Damage(path: ["model", "vocab", "a"], json: "-1", place: "model.vocab.a"),
        Damage(path: ["model", "vocab", "a"], json: "99999999999", place: "model.vocab.a"),
        Damage(path: ["model", "vocab", "a"], json: "\"x\"", place: "model.vocab.a"),
        Damage(path: ["model", "vocab", "a"], json: "7", place: "model.vocab"),
        Damage(path: ["model", "merges"], json: "[[\"q\", \"Ġqq\"]]", place: "model.merges[0]"),
        Damage(path: ["model", "merges"], json: "[[\"i\", \"n\"], [\"q\", \"q\"]]", place: "model.merges[1]"),
        Damage(path: ["model", "merges"], json: "[\"a b c\"]", place: "model.merges[0]"),
        Damage(path: ["model", "merges"], json: "[\"ab\"]", place: "model.merges[0]"),
        Damage(path: ["model", "merges"], json: "[[\"a\"]]", place: "model.merges[0]"),
        Damage(path: ["model", "merges"], json: "{}", place: "model.merges"),
        Damage(path: ["model", "dropout"], json: "0.1", place: "model.dropout"),
        Damage(path: ["model", "byte_fallback"], json: "true", place: "model.byte_fallback"),
        Damage(path: ["model", "unk_token"], json: "\"<none>\"", place: "model.unk_token"),
        Damage(path: ["model", "continuing_subword_prefix"], json: "\"##\"", place: "model.continuing_subword_prefix"),
        Damage(path: ["model", "end_of_word_suffix"], json: "\"</w>\"", place: "model.end_of_word_suffix"),
        Damage(path: ["model", "ignore_merges"], json: "3.5", place: "model.ignore_merges"),
        Damage(path: ["normalizer"], json: "{\"type\": \"NFKC\"}", place: "normalizer.type"),
        Damage(
            path: ["normalizer"], json: "{\"type\": \"Sequence\", \"normalizers\": 1}", place: "normalizer.normalizers"),
        Damage(path: ["pre_tokenizer"], json: "null", place: "pre_tokenizer"),
        Damage(path: ["pre_tokenizer"], json: "{\"type\": \"Metaspace\"}", place: "pre_tokenizer.type"),
        Damage(
            path: ["pre_tokenizer"], json: "{\"type\": \"ByteLevel\", \"use_regex\": false}",
            place: "pre_tokenizer.use_regex"),
        Damage(
            path: ["pre_tokenizer"],
            json: """
                {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "\\\\w+"}},
                    {"type": "ByteLevel", "use_regex": false}]}
                """, place: "pre_tokenizer.pretokenizers[0].pattern.Regex"),
        Damage(
            path: ["pre_tokenizer"],
            json: """
                {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": false},
                    {"type": "ByteLevel", "add_prefix_space": false}]}
                """, place: "pre_tokenizer.pretokenizers[0].individual_digits"),
        Damage(
            path: ["pre_tokenizer"],
            json: """
                {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true},
                    {"type": "ByteLevel", "add_prefix_space": true}]}
                """, place: "pre_tokenizer.pretokenizers[1].add_prefix_space"),
        Damage(path: ["post_processor"], json: "{\"type\": \"BertProcessing\"}", place: "post_processor.type"),
        Damage(
            path: ["post_processor"],
            json: """
                {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}},
                    {"SpecialToken": {"id": "<|im_end|>"}}]}
                """, place: "post_processor.single"),
        Damage(path: ["added_tokens"], json: "[{\"id\": 0}]", place: "added_tokens[0].content"),
        Damage(path: ["added_tokens"], json: "[{\"id\": 9, \"content\": \"<x>\"}]", place: "added_tokens[0]"),
        Damage(path: ["added_tokens"], json: "[{\"id\": 1e30, \"content\": \"x\"}]", place: "added_tokens[0].id"),
    ]

    @Test("damage to tokenizer.json is one error that names the key", arguments: damages)
    func tokenizerJSON(damage: Damage) throws {
        let value = try damage.json.map {
            try JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed)
        }
        let error = try #require(throws: InputError.self) {
            try TokenizerFixtures.tinyTokenizer { Self.set(value, at: damage.path[...], in: &$0) }
        }
        #expect(error.exitCode == .data)
        #expect(error.place.hasSuffix(damage.place), "\(error)")
        #expect(!error.description.contains("\n"))
    }

    private static func set(_ value: Any?, at path: ArraySlice<String>, in object: inout [String: Any]) {
        let key = path[path.startIndex]
        guard path.count > 1 else {
            object[key] = value
            return
        }
        var member = object[key] as? [String: Any] ?? [:]
        set(value, at: path.dropFirst(), in: &member)
        object[key] = member
    }

    @Test(
        "damage to tokenizer_config.json is one error that names the key",
        arguments: [
            ("{\"bos_token\": \"<none>\"}", "bos_token"), ("{\"eos_token\": 3}", "eos_token"),
            ("{\"pad_token\": {\"text\": 1}}", "pad_token.content"), ("{\"add_bos_token\": true}", "add_bos_token"),
            ("{\"add_eos_token\": true}", "add_eos_token"), ("{\"chat_template\": 1}", "chat_template"),
            ("{\"added_tokens_decoder\": {\"x\": {\"content\": \"<y>\"}}}", "added_tokens_decoder.x"),
            ("[]", "config.json"),
            ("{", "config.json:1"),
        ])
    func config(json: String, place: String) throws {
        let files: [String: Any] = ["tokenizer.json": try TokenizerFixtures.tinyFile(), "tokenizer_config.json": json]
        let error = try #require(throws: InputError.self) {
            try TokenizerFixtures.withFolder(files) { try Tokenizer(modelFolder: $0) }
        }
        #expect(error.exitCode == .data)
        #expect(error.place.hasSuffix(place), "\(error)")
    }

    @Test("tokenizer.json cut anywhere is one error")
    func truncatedJSON() throws {
        let whole = try String(contentsOf: TokenizerFixtures.golden("tiny_tokenizer.json"), encoding: .utf8)
        for length in stride(from: 0, to: whole.count - 1, by: 997) {
            #expect(throws: InputError.self) {
                try TokenizerFixtures.withFolder(["tokenizer.json": String(whole.prefix(length))]) {
                    try Tokenizer(modelFolder: $0)
                }
            }
        }
    }

    @Test("a missing file is named as missing")
    func missing() throws {
        let none = URL(fileURLWithPath: "/nonexistent")
        #expect(try #require(throws: InputError.self) { try Tokenizer(modelFolder: none) }.exitCode == .missingFile)
        #expect(try #require(throws: InputError.self) { try Tokenizer(tiktokenModel: none) }.exitCode == .missingFile)
    }

    @Test(
        "damage to a tiktoken file is one error that names the line",
        arguments: [
            ("IQ== 0", "!!== 0", 1), ("IQ== 0", "IQ=", 1), ("IQ== 0", "IQ==", 1), ("IQ== 0", "IQ== x", 1),
            ("IQ== 0", "I=Q= 0", 1), ("IQ== 0", " 0", 1), ("IQ== 0", "IQ== -1", 1), ("Ig== 1", "Ig== 0", 2),
            ("Ig== 1", "Ig== 999999", 2), ("Ig== 1", "Ig== 1 1", 2), ("IQ== 0", "IQ== 99999999999999999999", 1),
        ])
    func tiktoken(line: String, damaged: String, number: Int) throws {
        // The order of the lines does not matter, so the ranks here can differ from those of the golden.
        let text = "IQ== 0\nIg== 1\n"
        let error = try #require(throws: InputError.self) {
            try TokenizerFixtures.withFolder(["tokenizer.model": text.replacing(line, with: damaged)]) {
                try Tokenizer(tiktokenModel: $0.appendingPathComponent("tokenizer.model"))
            }
        }
        #expect(error.exitCode == .data)
        #expect(error.place.hasSuffix("tokenizer.model:\(number)"), "\(error)")
    }

    @Test("a tiktoken file that lacks a byte, a rank or has a token twice is refused")
    func incompleteTiktoken() throws {
        let whole = try String(contentsOf: TokenizerFixtures.golden("tiny.tiktoken"), encoding: .utf8)
        let lines = whole.split(separator: "\n").map(String.init)
        let last = lines[lines.count - 1].split(separator: " ")
        let damaged = [
            [], Array(lines.dropFirst()), Array(lines[..<100]),
            lines.dropLast() + [lines[0].replacing(" 0", with: " \(last[1])")],
        ]
        for lines in damaged {
            let text = lines.joined(separator: "\n")
            #expect(throws: InputError.self) {
                try TokenizerFixtures.withFolder(["tokenizer.model": text]) {
                    try Tokenizer(tiktokenModel: $0.appendingPathComponent("tokenizer.model"))
                }
            }
        }
    }

    @Test("damage to GGUF metadata is one error that names the key")
    func gguf() throws {
        let whole = try GGUFFixture.tiny(pre: "gpt-2")
        let damages: [(String, (inout GGUFVocabulary) -> Void)] = [
            ("tokenizer.ggml.model", { $0.model = "llama" }),
            ("tokenizer.ggml.pre", { $0.preTokenizer = "deepseek-llm" }),
            ("tokenizer.ggml.token_type", { $0.tokenTypes.removeLast() }),
            ("tokenizer.ggml.tokens", { $0.tokens[300] = $0.tokens[301] }),
            ("tokenizer.ggml.merges[2]", { $0.merges[2] = "a  b" }),
            ("tokenizer.ggml.merges[2]", { $0.merges[2] = "" }),
            ("tokenizer.ggml.merges[2]", { $0.merges[2] = "Ġqq x" }),
            ("tokenizer.ggml.bos_token_id", { $0.bosToken = -1 }),
            ("tokenizer.ggml.eos_token_id", { $0.eosToken = 760 }),
            ("tokenizer.ggml.padding_token_id", { $0.padToken = Int32.max }),
            (
                "tokenizer.ggml.bos_token_id",
                {
                    $0.bosToken = nil
                    $0.addsBeginToken = true
                }
            ),
        ]
        for (place, damage) in damages {
            var vocabulary = whole
            damage(&vocabulary)
            let error = try #require(throws: InputError.self) { try Tokenizer(vocabulary: vocabulary) }
            #expect(error.place.hasSuffix(place), "\(error)")
        }
        var unknown = whole
        unknown.preTokenizer = "qwen2"
        let error = try #require(throws: InputError.self) { try Tokenizer(vocabulary: unknown) }
        for (name, _) in GGUFVocabulary.splitRules { #expect(error.message.contains("'\(name)'")) }
    }
}
