import Diagnostics

/// A tokenizer as the `tokenizer.ggml.*` metadata of a GGUF file gives it.
public struct GGUFVocabulary: Sendable {
    /// `tokenizer.ggml.model`: "gpt2" is byte-level BPE.
    public var model: String
    /// `tokenizer.ggml.pre`: the name of the splitting rule.
    public var preTokenizer: String
    /// `tokenizer.ggml.tokens`, in order of id, normal tokens in the byte-level alphabet.
    public var tokens: [String]
    /// `tokenizer.ggml.token_type`: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte. Empty where the
    /// file has none.
    public var tokenTypes: [Int32]
    /// `tokenizer.ggml.merges`: two tokens with a space between, the first merge first.
    public var merges: [String]
    /// `tokenizer.ggml.bos_token_id`.
    public var bosToken: Int32?
    /// `tokenizer.ggml.eos_token_id`.
    public var eosToken: Int32?
    /// `tokenizer.ggml.padding_token_id`.
    public var padToken: Int32?
    /// `tokenizer.ggml.add_bos_token`.
    public var addsBeginToken: Bool?
    /// `tokenizer.chat_template`.
    public var chatTemplate: String?
    /// The file, as errors name it.
    public var place: String

    public init(
        model: String, preTokenizer: String, tokens: [String], tokenTypes: [Int32], merges: [String],
        bosToken: Int32? = nil, eosToken: Int32? = nil, padToken: Int32? = nil, addsBeginToken: Bool? = nil,
        chatTemplate: String? = nil, place: String = "GGUF metadata"
    ) {
        self.model = model
        self.preTokenizer = preTokenizer
        self.tokens = tokens
        self.tokenTypes = tokenTypes
        self.merges = merges
        self.bosToken = bosToken
        self.eosToken = eosToken
        self.padToken = padToken
        self.addsBeginToken = addsBeginToken
        self.chatTemplate = chatTemplate
        self.place = place
    }
}

extension GGUFVocabulary {
    /// The names that files give the splitting rules.
    static let splitRules: KeyValuePairs<String, SplitRule> = [
        "gpt-2": .gpt2, "default": .gpt2, "smollm": .singleDigits, "llama-bpe": .llama3, "llama3": .llama3,
        "llama-v3": .llama3,
    ]

    private static let controlType: Int32 = 3
    private static let userDefinedType: Int32 = 4

    func definition() throws -> TokenizerDefinition {
        guard model == "gpt2" else {
            throw InputError(
                .data, at: "\(place): tokenizer.ggml.model",
                "expected \"gpt2\" (byte-level BPE), found \(quoted(model))")
        }
        guard let splitRule = Self.splitRules.first(where: { $0.key == preTokenizer })?.value else {
            let known = Self.splitRules.map { quoted($0.key) }.joined(separator: ", ")
            throw InputError(
                .data, at: "\(place): tokenizer.ggml.pre", "expected one of \(known), found \(quoted(preTokenizer))")
        }
        guard tokenTypes.isEmpty || tokenTypes.count == tokens.count else {
            throw InputError(
                .data, at: "\(place): tokenizer.ggml.token_type",
                "expected \(tokens.count) types, one for each token, found \(tokenTypes.count)")
        }
        let addedTokens = zip(tokens, tokenTypes).enumerated().compactMap { id, token -> AddedToken? in
            guard token.1 == Self.controlType || token.1 == Self.userDefinedType else { return nil }
            return AddedToken(id: Int32(id), content: token.0, isSpecial: token.1 == Self.controlType)
        }
        let vocabulary = try makeVocabulary(
            tokens, addedTokens: addedTokens, place: "\(place): tokenizer.ggml.tokens")
        var reader = MergeReader(
            vocabulary: vocabulary, count: merges.count, place: "\(place): tokenizer.ggml.merges")
        for (index, merge) in merges.enumerated() { try reader.append(merge, index: index) }

        var definition = TokenizerDefinition(
            place: place, vocabulary: vocabulary, merges: reader.merges, splitRule: splitRule, addedTokens: addedTokens)
        // Files for Llama-3 leave both facts to the reader, who knows them from the splitting rule.
        definition.takesWholeWords = splitRule == .llama3
        definition.addsBeginToken = addsBeginToken ?? (splitRule == .llama3)
        definition.beginToken = try checked(bosToken, "bos_token_id")
        definition.endToken = try checked(eosToken, "eos_token_id")
        definition.padToken = try checked(padToken, "padding_token_id")
        definition.chatTemplate = chatTemplate.map { ("\(place): tokenizer.chat_template", $0) }
        guard !definition.addsBeginToken || bosToken != nil else {
            throw InputError(
                .data, at: "\(place): tokenizer.ggml.bos_token_id",
                "expected the token that texts begin with, as add_bos_token asks for it, found none")
        }
        return definition
    }

    private func checked(_ token: Int32?, _ key: String) throws -> Int32? {
        if let token, !tokens.indices.contains(Int(token)) {
            throw InputError(
                .data, at: "\(place): tokenizer.ggml.\(key)", "expected an id below \(tokens.count), found \(token)")
        }
        return token
    }
}

extension Tokenizer {
    /// The tokenizer inside a GGUF file.
    ///
    /// - Throws: ``InputError`` with the metadata key, for a model that is not byte-level BPE, an unknown splitting rule,
    ///   a token that is there twice, a merge of unknown tokens or an id out of range.
    public convenience init(vocabulary: GGUFVocabulary) throws {
        try self.init(vocabulary.definition())
    }
}
