import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("Special tokens") struct SpecialTokenTests {
    @Test("the configuration names begin, end and pad tokens")
    func named() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer()
        #expect(tokenizer.vocabularySize == 760)
        #expect(tokenizer.beginToken == 3)
        #expect(tokenizer.endToken == 2)
        #expect(tokenizer.padToken == 0)
        #expect(tokenizer.endOfTurnTokens == [2])
        #expect(tokenizer.isSpecial(2))
        #expect(!tokenizer.isSpecial(200))
    }

    @Test("special_tokens_map.json names them where tokenizer_config.json does not, also as objects")
    func map() throws {
        let files: [String: Any] = [
            "tokenizer.json": try TokenizerFixtures.tinyFile(),
            "tokenizer_config.json": ["eos_token": NSNull()],
            "special_tokens_map.json": ["eos_token": ["content": "<|eot_id|>"], "pad_token": "<|endoftext|>"],
        ]
        let tokenizer = try TokenizerFixtures.withFolder(files) { try Tokenizer(modelFolder: $0) }
        #expect(tokenizer.beginToken == nil)
        #expect(tokenizer.endToken == 4)
        #expect(tokenizer.padToken == 0)
    }

    @Test("a pad token that ends turns is no pad token")
    func padEndsTurns() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer(config: ["pad_token": "<|im_end|>"])
        #expect(tokenizer.padToken == nil)
        #expect(tokenizer.endOfTurnTokens == [2])
    }

    @Test("generation stops at the end token, at the template's end of turn and where generation_config.json says")
    func endOfTurn() throws {
        let template = """
            {{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\\n\\n' \
            + m.content | trim + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}\
            {{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}
            """
        let files: [String: Any] = [
            "tokenizer.json": try TokenizerFixtures.tinyFile(),
            "tokenizer_config.json": ["eos_token": "<|im_end|>", "bos_token": "<|begin_of_text|>"],
            "chat_template.jinja": template, "generation_config.json": ["eos_token_id": [0]],
        ]
        let tokenizer = try TokenizerFixtures.withFolder(files) { try Tokenizer(modelFolder: $0) }
        #expect(tokenizer.chatTemplate == .llama3)
        #expect(tokenizer.endOfTurnTokens == [0, 2, 4])
    }

    /// A post-processor, `add_bos_token`, and whether plain text then begins with the begin token.
    static let beginRules: [(String, Bool?, Bool)] = [
        ("null", nil, false), ("null", true, true), ("{\"type\": \"ByteLevel\"}", nil, false),
        ("{\"type\": \"TemplateProcessing\", \"single\": [{\"Sequence\": {\"id\": \"A\"}}]}", nil, false),
        (beginTemplate, nil, true), (beginTemplate, false, false),
        ("{\"type\": \"Sequence\", \"processors\": [{\"type\": \"ByteLevel\"}, \(beginTemplate)]}", nil, true),
    ]

    private static let beginTemplate = """
        {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<|begin_of_text|>"}},
            {"Sequence": {"id": "A"}}]}
        """

    @Test("whether plain text begins with the begin token is the files' own choice", arguments: beginRules)
    func addsBeginToken(postProcessor: String, addBosToken: Bool?, expected: Bool) throws {
        let value = try JSONSerialization.jsonObject(with: Data(postProcessor.utf8), options: .fragmentsAllowed)
        let config: [String: Any] = addBosToken.map { ["add_bos_token": $0] } ?? [:]
        let tokenizer = try TokenizerFixtures.tinyTokenizer(config: config) { $0["post_processor"] = value }
        #expect(tokenizer.addsBeginToken == expected)
        #expect(!tokenizer.encode("x").contains(3), "encode never adds it")
    }

    @Test("GGUF files for Llama-3 begin texts with the begin token unless they say otherwise")
    func ggufBeginToken() throws {
        for (pre, said, expected) in [
            ("llama-bpe", nil, true), ("llama-bpe", false, false), ("gpt-2", nil, false), ("gpt-2", true, true),
        ] as [(String, Bool?, Bool)] {
            var vocabulary = try GGUFFixture.tiny(pre: pre)
            vocabulary.addsBeginToken = said
            #expect(try Tokenizer(vocabulary: vocabulary).addsBeginToken == expected)
        }
    }

    @Test("added_tokens_decoder adds tokens that tokenizer.json lacks")
    func furtherTokens() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer(config: [
            "added_tokens_decoder": ["760": ["content": "<extra>", "special": true], "2": ["content": "<|im_end|>"]]
        ])
        #expect(tokenizer.vocabularySize == 761)
        #expect(tokenizer.encode("<extra><|im_end|>") == [760, 2])
        #expect(tokenizer.decode([760]) == "<extra>")
    }
}
