import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("A GGUF tokenizer as Hugging Face files")
struct GGUFToHuggingFaceTests {
    private static let texts = [
        "", "Who drives 12345 trams?  It's\n\n me.", "Straße 3<|im_end|>\n", "<|im_start|>user\nhi<|im_end|> a1b22",
    ]

    private func vocabulary(_ rule: String, addsBeginToken: Bool?) throws -> GGUFVocabulary {
        let model = try #require(try TokenizerFixtures.tinyFile()["model"] as? [String: Any])
        let entries = try #require(model["vocab"] as? [String: Int])
        var tokens = entries.sorted { $0.value < $1.value }.map(\.key)
        var types = [Int32](repeating: 1, count: tokens.count)
        for special in ["<|im_start|>", "<|im_end|>", "<|begin_of_text|>", "<|endoftext|>"] {
            if let known = tokens.firstIndex(of: special) {
                types[known] = 3
            } else {
                tokens.append(special)
                types.append(3)
            }
        }
        let merges = try #require(model["merges"] as? [Any]).map { merge in
            (merge as? String) ?? (merge as? [String] ?? []).joined(separator: " ")
        }
        func id(_ token: String) -> Int32? { tokens.firstIndex(of: token).map { Int32($0) } }
        return GGUFVocabulary(
            model: "gpt2", preTokenizer: rule, tokens: tokens, tokenTypes: types, merges: merges,
            bosToken: id("<|begin_of_text|>"), eosToken: id("<|im_end|>"), padToken: id("<|endoftext|>"),
            addsBeginToken: addsBeginToken,
            chatTemplate: "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] "
                + "+ '<|im_end|>' + '\n'}}{% endfor %}"
                + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
    }

    @Test(
        "give the same ids, special tokens and chat format under every splitting rule",
        arguments: [("gpt-2", nil), ("smollm", false), ("smollm", true), ("llama-bpe", nil)] as [(String, Bool?)])
    func same(rule: String, addsBeginToken: Bool?) throws {
        let vocabulary = try vocabulary(rule, addsBeginToken: addsBeginToken)
        let expected = try Tokenizer(vocabulary: vocabulary)
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, bytes) in try vocabulary.huggingFaceFiles() {
            try Data(bytes).write(to: folder.appendingPathComponent(name))
        }
        let found = try Tokenizer(modelFolder: folder)
        for text in Self.texts {
            #expect(found.encode(text) == expected.encode(text))
            #expect(
                found.encode(text, recognisingSpecialTokens: false)
                    == expected.encode(text, recognisingSpecialTokens: false))
        }
        #expect(found.vocabularySize == expected.vocabularySize)
        #expect(found.beginToken == expected.beginToken && found.endToken == expected.endToken)
        #expect(found.padToken == expected.padToken && found.endOfTurnTokens == expected.endOfTurnTokens)
        #expect(found.addsBeginToken == expected.addsBeginToken)
        #expect(found.chatTemplate == .chatML && expected.chatTemplate == .chatML)
    }

    @Test("are refused where two tokens are written alike")
    func twice() throws {
        var vocabulary = try vocabulary("gpt-2", addsBeginToken: nil)
        vocabulary.tokens += ["é …", "é …"]
        vocabulary.tokenTypes += [3, 3]
        #expect(throws: (any Error).self) { try vocabulary.huggingFaceFiles() }
    }
}
