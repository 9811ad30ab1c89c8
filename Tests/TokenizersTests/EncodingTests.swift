import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("Encoding") struct EncodingTests {
    /// `tiny_ids.json`, apart from the parts of `tokenizer.json` that each variant changes.
    private struct Goldens: Decodable {
        struct Variant: Decodable {
            var name: String
            var ids: [[Int32]]
            var plainIDs: [[Int32]]
        }
        var texts: [String]
        var variants: [Variant]
    }

    @Test("every form of tokenizer.json gives the ids of Hugging Face tokenizers on any Unicode")
    func tokenizerJSON() throws {
        let goldens = try TokenizerFixtures.decode(Goldens.self, "tiny_ids.json")
        let data = try Data(contentsOf: TokenizerFixtures.golden("tiny_ids.json"))
        let raw = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let changes = try #require(raw["variants"] as? [[String: Any]])
        #expect(goldens.variants.count == 9)
        for (variant, change) in zip(goldens.variants, changes) {
            let tokenizer = try TokenizerFixtures.tinyTokenizer { Self.apply(change, to: &$0) }
            for (text, ids) in zip(goldens.texts, variant.ids) {
                #expect(tokenizer.encode(text) == ids, "\(variant.name): \(text.debugDescription)")
            }
            for (text, ids) in zip(goldens.texts, variant.plainIDs) {
                #expect(
                    tokenizer.encode(text, recognisingSpecialTokens: false) == ids,
                    "\(variant.name), special tokens as text: \(text.debugDescription)")
            }
        }
    }

    private static func apply(_ change: [String: Any], to file: inout [String: Any]) {
        file.merge(change["top"] as? [String: Any] ?? [:]) { $1 }
        var model = file["model"] as? [String: Any] ?? [:]
        model.merge(change["model"] as? [String: Any] ?? [:]) { $1 }
        let gone = Set((change["without"] as? [String] ?? []).flatMap(\.unicodeScalars))
        if !gone.isEmpty {
            func stays(_ token: String) -> Bool { token.hasPrefix("<|") || gone.isDisjoint(with: token.unicodeScalars) }
            model["vocab"] = (model["vocab"] as? [String: Any])?.filter { stays($0.key) }
            model["merges"] = (model["merges"] as? [[String]])?.filter { $0.allSatisfy(stays) }
        }
        file["model"] = model
    }

    @Test("merges written as one string give the same ids as merges written as pairs")
    func mergeForms() throws {
        let goldens = try TokenizerFixtures.decode(Goldens.self, "tiny_ids.json")
        let tokenizer = try TokenizerFixtures.tinyTokenizer { file in
            var model = file["model"] as? [String: Any] ?? [:]
            model["merges"] = (model["merges"] as? [[String]])?.map { $0.joined(separator: " ") }
            file["model"] = model
        }
        #expect(goldens.texts.map { tokenizer.encode($0) } == goldens.variants[0].ids)
    }

    private struct TiktokenGoldens: Decodable {
        var ids: [[Int32]]
        var plainIDs: [[Int32]]
    }

    @Test("a tiktoken file gives the ids of tiktoken on any Unicode")
    func tiktoken() throws {
        let texts = try TokenizerFixtures.decode(Goldens.self, "tiny_ids.json").texts
        let goldens = try TokenizerFixtures.decode(TiktokenGoldens.self, "tiny_tiktoken_ids.json")
        let tokenizer = try Tokenizer(tiktokenModel: TokenizerFixtures.golden("tiny.tiktoken"))
        for (text, ids) in zip(texts, goldens.ids) {
            #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
        }
        for (text, ids) in zip(texts, goldens.plainIDs) {
            #expect(tokenizer.encode(text, recognisingSpecialTokens: false) == ids, "\(text.debugDescription)")
        }
    }

    @Test("GGUF metadata gives the same ids as the tokenizer.json it was made from")
    func gguf() throws {
        let goldens = try TokenizerFixtures.decode(Goldens.self, "tiny_ids.json")
        for (pre, variant) in [("gpt-2", 0), ("default", 0), ("smollm", 2), ("llama-bpe", 3)] {
            #expect(goldens.variants[variant].name == ["gpt2", "", "single digits", "llama3"][variant])
            let tokenizer = try Tokenizer(vocabulary: try GGUFFixture.tiny(pre: pre))
            #expect(goldens.texts.map { tokenizer.encode($0) } == goldens.variants[variant].ids, "\(pre)")
        }
    }

    @Test("a run of 200,000 letters, spaces or symbols is one word and takes no quadratic time")
    func longRuns() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer()
        for scalar in ["x", " ", "!", "\n", "é"] {
            let text = String(repeating: scalar, count: 200_000)
            #expect(tokenizer.decode(tokenizer.encode(text + "e")) == text + "e")
        }
    }

    @Test("threads that share a tokenizer get the ids of one alone")
    func concurrency() async throws {
        let goldens = try TokenizerFixtures.decode(Goldens.self, "tiny_ids.json")
        let tokenizer = try TokenizerFixtures.tinyTokenizer()
        await withTaskGroup(of: [[Int32]].self) { group in
            for _ in 0..<8 { group.addTask { goldens.texts.map { tokenizer.encode($0) } } }
            for await ids in group { #expect(ids == goldens.variants[0].ids) }
        }
    }

    @Test("a word cache that is full starts anew and changes no ids")
    func cacheOverflow() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer()
        let text = (0..<40_000).map { " w\(String($0, radix: 36))" }.joined()
        let first = tokenizer.encode(text)
        #expect(tokenizer.encode(text) == first)
        #expect(tokenizer.decode(first) == text)
    }
}

enum GGUFFixture {
    /// The tiny tokenizer as GGUF metadata.
    static func tiny(pre: String) throws -> GGUFVocabulary {
        let file = try TokenizerFixtures.tinyFile()
        let model = try #require(file["model"] as? [String: Any])
        let vocab = try #require(model["vocab"] as? [String: Int])
        let tokens = vocab.sorted { $0.value < $1.value }.map(\.key)
        return GGUFVocabulary(
            model: "gpt2", preTokenizer: pre, tokens: tokens, tokenTypes: tokens.map { $0.hasPrefix("<|") ? 3 : 1 },
            merges: try #require(model["merges"] as? [[String]]).map { $0.joined(separator: " ") }, bosToken: 3,
            eosToken: 2, padToken: 0)
    }
}
