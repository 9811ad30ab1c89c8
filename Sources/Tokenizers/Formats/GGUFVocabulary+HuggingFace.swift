import Diagnostics
import Foundation

extension GGUFVocabulary {
    /// The same tokenizer as the files of a Hugging Face folder.
    ///
    /// - Returns: `tokenizer.json` in byte-level BPE form and `tokenizer_config.json` with the special tokens and the chat
    ///   template.
    /// - Throws: ``InputError`` with the metadata key, as ``Tokenizer/init(vocabulary:)`` does, and where two tokens are
    ///   written alike, which a `tokenizer.json` cannot say.
    public func huggingFaceFiles() throws -> [(name: String, bytes: [UInt8])] {
        let definition = try definition()
        var identifiers: [String: Int] = [:]
        for (id, token) in tokens.enumerated() {
            if let other = identifiers.updateValue(id, forKey: token) {
                throw InputError(
                    .data, at: "\(place): tokenizer.ggml.tokens",
                    "token \(quoted(token)) has both the ids \(other) and \(id)")
            }
        }
        let addedTokens = definition.addedTokens.map { token -> [String: Any] in
            [
                "id": Int(token.id), "content": token.content, "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": token.isSpecial,
            ]
        }
        let model: [String: Any] = [
            "type": "BPE", "dropout": NSNull(), "unk_token": NSNull(), "continuing_subword_prefix": NSNull(),
            "end_of_word_suffix": NSNull(), "fuse_unk": false, "byte_fallback": false,
            "ignore_merges": definition.takesWholeWords, "vocab": identifiers, "merges": merges,
        ]
        let tokenizer: [String: Any] = [
            "version": "1.0", "truncation": NSNull(), "padding": NSNull(), "added_tokens": addedTokens,
            "normalizer": NSNull(), "pre_tokenizer": preTokenizer(definition.splitRule),
            "post_processor": postProcessor(definition), "decoder": byteLevel(splits: true), "model": model,
        ]
        return [
            ("tokenizer.json", try Self.text(tokenizer)), ("tokenizer_config.json", try Self.text(config(definition))),
        ]
    }

    private func byteLevel(splits: Bool) -> [String: Any] {
        ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": splits]
    }

    private func preTokenizer(_ rule: SplitRule) -> [String: Any] {
        let parts: [[String: Any]]
        switch rule {
        case .gpt2: return byteLevel(splits: true)
        case .singleDigits: parts = [["type": "Digits", "individual_digits": true], byteLevel(splits: true)]
        case .llama3:
            let split: [String: Any] = [
                "type": "Split", "pattern": ["Regex": SplitRule.publishedLlama3Pattern], "behavior": "Isolated",
                "invert": false,
            ]
            parts = [split, byteLevel(splits: false)]
        }
        return ["type": "Sequence", "pretokenizers": parts]
    }

    /// Puts the begin token before a text where the metadata ask for it.
    private func postProcessor(_ definition: TokenizerDefinition) -> [String: Any] {
        guard definition.addsBeginToken, let token = definition.beginToken else { return byteLevel(splits: true) }
        let content = tokens[Int(token)]
        func sequence(_ name: String, _ type: Int) -> [[String: Any]] {
            [["SpecialToken": ["id": content, "type_id": type]], ["Sequence": ["id": name, "type_id": type]]]
        }
        return [
            "type": "TemplateProcessing", "single": sequence("A", 0), "pair": sequence("A", 0) + sequence("B", 1),
            "special_tokens": [content: ["id": content, "ids": [Int(token)], "tokens": [content]]],
        ]
    }

    private func config(_ definition: TokenizerDefinition) -> [String: Any] {
        var config: [String: Any] = [
            "tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": false,
        ]
        let named = [
            ("bos_token", definition.beginToken), ("eos_token", definition.endToken),
            ("pad_token", definition.padToken),
        ]
        for case (let name, let token?) in named { config[name] = tokens[Int(token)] }
        config["chat_template"] = chatTemplate
        return config
    }

    private static func text(_ object: [String: Any]) throws -> [UInt8] {
        Array(
            try JSONSerialization.data(
                withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]))
    }
}
