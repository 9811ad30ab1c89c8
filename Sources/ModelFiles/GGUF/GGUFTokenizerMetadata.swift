import Diagnostics

/// What a GGUF file says about its tokenizer, as plain values.
public struct GGUFTokenizerMetadata: Sendable, Equatable {
    /// The kind of model, `gpt2` for byte-level BPE.
    public let model: String
    /// The name of the rule by which text is split before merging, as `smollm` or `llama-bpe`.
    public let preTokenizer: String?
    /// The tokens by id.
    public let tokens: [String]
    /// The kind of each token (1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte), or empty.
    public let tokenTypes: [Int32]
    /// The merges by rank, both sides separated by a blank.
    public let merges: [String]
    /// The id of the token that starts a text.
    public let beginningOfSequenceToken: Int?
    /// The id of the token that ends a text.
    public let endOfSequenceToken: Int?
    /// The id of the token that fills up short rows.
    public let paddingToken: Int?
    /// The id that stands for text without a token.
    /// Whether text is to start with the beginning-of-sequence token, where the file says.
    public let addsBeginningOfSequence: Bool?
    /// The chat template's Jinja text.
    public let chatTemplate: String?

    /// - Throws: `InputError` with `.data`, naming the file and the key, where the values do not fit each other.
    public init(_ file: GGUFFile) throws {
        let metadata = GGUFMetadata(file)
        let prefix = "tokenizer.ggml"
        model = try metadata.required("\(prefix).model", metadata.string("\(prefix).model"))
        preTokenizer = try metadata.string("\(prefix).pre")
        let tokens = try metadata.required("\(prefix).tokens", metadata.strings("\(prefix).tokens"))
        self.tokens = tokens
        let types = try metadata.integers("\(prefix).token_type") ?? []
        guard types.isEmpty || types.count == tokens.count, types.allSatisfy({ Int32(exactly: $0) != nil }) else {
            throw metadata.failure("\(prefix).token_type", "a type for each of \(tokens.count) tokens")
        }
        tokenTypes = types.map { Int32($0) }
        merges = try metadata.strings("\(prefix).merges") ?? []
        func token(_ name: String) throws -> Int? {
            let key = "\(prefix).\(name)_token_id"
            guard let token = try metadata.integer(key) else { return nil }
            guard tokens.indices.contains(token) else { throw metadata.failure(key, "an id below \(tokens.count)") }
            return token
        }
        beginningOfSequenceToken = try token("bos")
        endOfSequenceToken = try token("eos")
        paddingToken = try token("padding")
        addsBeginningOfSequence = try metadata.bool("\(prefix).add_bos_token")
        chatTemplate = try metadata.string("tokenizer.chat_template")
    }
}
