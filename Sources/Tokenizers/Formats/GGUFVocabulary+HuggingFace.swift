import Diagnostics
import Files

extension GGUFVocabulary {
    /// The same tokenizer as the files of a Hugging Face folder.
    ///
    /// - Returns: `tokenizer.json` in byte-level BPE form and `tokenizer_config.json` with the special tokens and the chat
    ///   template.
    /// - Throws: ``InputError`` with the metadata key, as ``Tokenizer/init(vocabulary:)`` does, and where two tokens are
    ///   written alike, which a `tokenizer.json` cannot say.
    public func huggingFaceFiles() throws -> [(name: String, bytes: [UInt8])] {
        let definition = try definition()
        let tokenizer = try object([
            "version": .string("1.0"), "truncation": .null, "padding": .null,
            "added_tokens": .array(definition.addedTokens.map(addedToken)), "normalizer": .null,
            "pre_tokenizer": preTokenizer(definition.splitRule), "post_processor": postProcessor(definition),
            "decoder": byteLevel(splits: true), "model": model(definition),
        ])
        return [
            ("tokenizer.json", Array(tokenizer.expandedText.utf8)),
            ("tokenizer_config.json", Array(config(definition).expandedText.utf8)),
        ]
    }

    private func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { JSONValue.Member($0.key, $0.value) })
    }

    private func addedToken(_ token: AddedToken) -> JSONValue {
        object([
            "id": .number(Int(token.id)), "content": .string(token.content), "single_word": .bool(token.isSingleWord),
            "lstrip": .bool(token.stripsLeft), "rstrip": .bool(token.stripsRight),
            "normalized": .bool(token.isNormalized), "special": .bool(token.isSpecial),
        ])
    }

    /// The vocabulary holds the added tokens too, so that each keeps its id.
    private func model(_ definition: TokenizerDefinition) throws -> JSONValue {
        var identifiers: [String: Int] = [:]
        for (id, token) in tokens.enumerated() {
            if let other = identifiers.updateValue(id, forKey: token) {
                throw InputError(
                    .data, at: "\(place): tokenizer.ggml.tokens",
                    "token \(quoted(token)) has both the ids \(other) and \(id)")
            }
        }
        return object([
            "type": .string("BPE"), "dropout": .null, "unk_token": .null, "continuing_subword_prefix": .null,
            "end_of_word_suffix": .null, "fuse_unk": .bool(false), "byte_fallback": .bool(false),
            "ignore_merges": .bool(definition.takesWholeWords),
            "vocab": .object(tokens.enumerated().map { JSONValue.Member($1, .number($0)) }),
            "merges": .array(merges.map { .string($0) }),
        ])
    }

    private func byteLevel(splits: Bool) -> JSONValue {
        object([
            "type": .string("ByteLevel"), "add_prefix_space": .bool(false), "trim_offsets": .bool(true),
            "use_regex": .bool(splits),
        ])
    }

    private func preTokenizer(_ rule: SplitRule) -> JSONValue {
        let parts: [JSONValue]
        switch rule {
        case .gpt2: return byteLevel(splits: true)
        case .singleDigits:
            let digits = object(["type": .string("Digits"), "individual_digits": .bool(true)])
            parts = [digits, byteLevel(splits: true)]
        case .llama3:
            let split = object([
                "type": .string("Split"), "pattern": object(["Regex": .string(SplitRule.publishedLlama3Pattern)]),
                "behavior": .string("Isolated"), "invert": .bool(false),
            ])
            parts = [split, byteLevel(splits: false)]
        }
        return object(["type": .string("Sequence"), "pretokenizers": .array(parts)])
    }

    /// Puts the begin token before a text where the metadata ask for it.
    private func postProcessor(_ definition: TokenizerDefinition) -> JSONValue {
        guard definition.addsBeginToken, let token = definition.beginToken else { return byteLevel(splits: true) }
        let content = tokens[Int(token)]
        func pieces(_ name: String, _ type: Int) -> [JSONValue] {
            [("SpecialToken", content), ("Sequence", name)].map { kind, id in
                object([kind: object(["id": .string(id), "type_id": .number(type)])])
            }
        }
        let special = object([
            "id": .string(content), "ids": .array([.number(Int(token))]), "tokens": .array([.string(content)]),
        ])
        return object([
            "type": .string("TemplateProcessing"), "single": .array(pieces("A", 0)),
            "pair": .array(pieces("A", 0) + pieces("B", 1)), "special_tokens": object([content: special]),
        ])
    }

    private func config(_ definition: TokenizerDefinition) -> JSONValue {
        let named = [
            ("bos_token", definition.beginToken), ("eos_token", definition.endToken),
            ("pad_token", definition.padToken),
        ]
        var members = [
            JSONValue.Member("tokenizer_class", .string("PreTrainedTokenizerFast")),
            JSONValue.Member("clean_up_tokenization_spaces", .bool(false)),
        ]
        members += named.compactMap { name, token in token.map { .init(name, .string(tokens[Int($0)])) } }
        if let chatTemplate { members.append(.init("chat_template", .string(chatTemplate))) }
        return .object(members)
    }
}
