/// Turns words into tokens by byte-level byte-pair encoding.
struct BytePairEncoder: Sendable {
    /// The bytes of every token, by id. Only tokens that encoding may give are findable.
    let vocabulary: ByteStringTable
    let merges: MergeTable
    /// Whether a word that is a token is taken as such, even where merging would not lead to it.
    let takesWholeWords: Bool
    /// What stands for a byte that is no token: nil leaves the byte out, as Hugging Face `tokenizers` does.
    let unknownToken: Int32?
    /// Whether neighbouring unknown bytes share one unknown token.
    let fusesUnknown: Bool
    /// The token of each byte; -1 where there is none.
    private let byteTokens: [Int32]

    init(
        vocabulary: ByteStringTable, merges: MergeTable, takesWholeWords: Bool, unknownToken: Int32? = nil,
        fusesUnknown: Bool = false
    ) {
        self.vocabulary = vocabulary
        self.merges = merges
        self.takesWholeWords = takesWholeWords
        self.unknownToken = unknownToken
        self.fusesUnknown = fusesUnknown
        byteTokens = (0...255).map { byte in
            withUnsafePointer(to: UInt8(byte)) {
                vocabulary.index(of: UnsafeBufferPointer(start: $0, count: 1)).map(Int32.init) ?? -1
            }
        }
    }

    /// Appends the tokens of `word` to `tokens`.
    func encode(_ word: UnsafeBufferPointer<UInt8>, into tokens: inout [Int32], using scratch: EncodingScratch) {
        if scratch.cache.appendTokens(of: word, to: &tokens) { return }
        if takesWholeWords, let token = vocabulary.index(of: word) {
            scratch.word.removeAll(keepingCapacity: true)
            scratch.word.append(Int32(token))
        } else {
            fillWithBytes(of: word, &scratch.word)
            scratch.merger.merge(&scratch.word, with: merges)
        }
        tokens.append(contentsOf: scratch.word)
        scratch.cache.remember(scratch.word, for: word)
    }

    private func fillWithBytes(of word: UnsafeBufferPointer<UInt8>, _ tokens: inout [Int32]) {
        tokens.removeAll(keepingCapacity: true)
        var followsUnknown = false
        var offset = 0
        while offset < word.count {
            let token = byteTokens[Int(word[offset])]
            offset += 1
            if token >= 0 {
                tokens.append(token)
                followsUnknown = false
            } else if let unknownToken {
                if !(fusesUnknown && followsUnknown) { tokens.append(unknownToken) }
                followsUnknown = true
            }
        }
    }
}
