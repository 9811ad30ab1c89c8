import Foundation

/// Byte-level byte-pair encoding: text to tokens and back, and a model's chat format.
///
/// The ids are those of Hugging Face `tokenizers` and of `tiktoken` for the same files. A tokenizer never changes once
/// made, and any number of threads may use it at a time.
public final class Tokenizer: Sendable {
    /// How many ids there are: one more than the largest.
    public let vocabularySize: Int
    /// The token that begins a text (BOS), where the model has one.
    public let beginToken: Int32?
    /// The token that ends a text or, in chat models, a turn (EOS), where the model has one.
    public let endToken: Int32?
    /// The token that fills up batches, where the model names one that does not also end turns.
    public let padToken: Int32?
    /// The tokens at which generation stops: the end token, and what the chat template ends a turn with.
    public let endOfTurnTokens: Set<Int32>
    /// Whether plain text, as opposed to a rendered chat, begins with ``beginToken`` under the model's own configuration.
    public let addsBeginToken: Bool
    /// The chat format, recognised from the model's own template; nil where it has none or an unknown one.
    public let chatTemplate: ChatTemplate?

    let chatTemplateProblem: ChatTemplateProblem?
    private let encoder: BytePairEncoder
    private let splitPattern: SplitPattern
    private let addsPrefixSpace: Bool
    private let normalizesToNFC: Bool
    /// The added tokens looked for in the text as it is, and those looked for once it is normalized.
    private let rawAddedTokens: AddedTokenMatcher
    private let normalizedAddedTokens: AddedTokenMatcher
    private let specialTokens: Set<Int32>
    private let scratchPool = EncodingScratchPool()

    init(_ definition: TokenizerDefinition) {
        vocabularySize = definition.vocabulary.count
        beginToken = definition.beginToken
        endToken = definition.endToken
        addsBeginToken = definition.addsBeginToken

        var endOfTurnTokens = definition.otherEndTokens
        if let endToken { endOfTurnTokens.insert(endToken) }
        switch definition.chatTemplate.map({ template in Result { try ChatTemplate.recognise(template.jinja) } }) {
        case .success(let template):
            chatTemplate = template
            chatTemplateProblem = nil
            for token in definition.addedTokens where template.endOfTurnMarkers.contains(token.content) {
                endOfTurnTokens.insert(token.id)
            }
        case .failure:
            chatTemplate = nil
            chatTemplateProblem = .unknown(place: definition.chatTemplate?.place ?? definition.place)
        case nil:
            chatTemplate = nil
            chatTemplateProblem = .missing(place: definition.place)
        }
        self.endOfTurnTokens = endOfTurnTokens
        padToken = definition.padToken.flatMap { endOfTurnTokens.contains($0) ? nil : $0 }

        encoder = BytePairEncoder(
            vocabulary: definition.vocabulary, merges: definition.merges, takesWholeWords: definition.takesWholeWords,
            unknownToken: definition.unknownToken, fusesUnknown: definition.fusesUnknown)
        splitPattern = SplitPattern(definition.splitRule)
        addsPrefixSpace = definition.addsPrefixSpace
        normalizesToNFC = definition.normalizesToNFC
        rawAddedTokens = AddedTokenMatcher(definition.addedTokens.filter { !$0.isNormalized })
        normalizedAddedTokens = AddedTokenMatcher(
            definition.addedTokens.filter(\.isNormalized).map { token in
                var token = token
                if definition.normalizesToNFC { token.content = token.content.precomposedStringWithCanonicalMapping }
                return token
            })
        specialTokens = Set(definition.addedTokens.filter(\.isSpecial).map(\.id))
    }

    /// The tokens of `text`; a begin token is never added.
    ///
    /// - Parameters:
    ///   - text: any text.
    ///   - recognisingSpecialTokens: whether special tokens written out in the text become those tokens; otherwise they
    ///     are text like any other. Words added to the vocabulary that are not special are found either way.
    public func encode(_ text: String, recognisingSpecialTokens: Bool = true) -> [Int32] {
        var text = text
        var tokens: [Int32] = []
        scratchPool.withScratch { scratch in
            text.withUTF8 { bytes in
                rawAddedTokens.forEachPart(of: bytes, readingSpecialAsText: !recognisingSpecialTokens) { part in
                    switch part {
                    case .token(let token): tokens.append(token)
                    case .text(let stretch):
                        encodeStretch(stretch, recognisingSpecialTokens, into: &tokens, using: scratch)
                    }
                }
            }
        }
        return tokens
    }

    /// Encodes text between added tokens that are looked for before normalization.
    private func encodeStretch(
        _ text: UnsafeBufferPointer<UInt8>, _ recognisingSpecialTokens: Bool, into tokens: inout [Int32],
        using scratch: EncodingScratch
    ) {
        guard normalizesToNFC else {
            return encodeNormalized(text, recognisingSpecialTokens, into: &tokens, using: scratch)
        }
        var normalized = String(decoding: text, as: UTF8.self).precomposedStringWithCanonicalMapping
        normalized.withUTF8 { encodeNormalized($0, recognisingSpecialTokens, into: &tokens, using: scratch) }
    }

    private func encodeNormalized(
        _ text: UnsafeBufferPointer<UInt8>, _ recognisingSpecialTokens: Bool, into tokens: inout [Int32],
        using scratch: EncodingScratch
    ) {
        normalizedAddedTokens.forEachPart(of: text, readingSpecialAsText: !recognisingSpecialTokens) { part in
            switch part {
            case .token(let token): tokens.append(token)
            case .text(let stretch) where addsPrefixSpace && stretch.first != UInt8(ascii: " "):
                ([UInt8(ascii: " ")] + stretch).withUnsafeBufferPointer {
                    encodeWords(of: $0, into: &tokens, using: scratch)
                }
            case .text(let stretch): encodeWords(of: stretch, into: &tokens, using: scratch)
            }
        }
    }

    private func encodeWords(
        of text: UnsafeBufferPointer<UInt8>, into tokens: inout [Int32], using scratch: EncodingScratch
    ) {
        splitPattern.forEachWord(in: text, using: scratch.matcher) { word in
            encoder.encode(word, into: &tokens, using: scratch)
        }
    }

    /// The text of `tokens`; bytes that are not UTF-8 become U+FFFD, and ids outside the vocabulary nothing.
    public func decode(_ tokens: [Int32], skippingSpecialTokens: Bool = false) -> String {
        var bytes: [UInt8] = []
        for token in tokens where !(skippingSpecialTokens && specialTokens.contains(token)) {
            bytes.append(contentsOf: self.bytes(of: token))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes that `token` stands for, which need not be whole characters; none for an id outside the vocabulary.
    public func bytes(of token: Int32) -> ArraySlice<UInt8> {
        guard token >= 0, token < vocabularySize else { return [] }
        return encoder.vocabulary[Int(token)]
    }

    /// Whether `token` is a special token: one that no plain text gives.
    public func isSpecial(_ token: Int32) -> Bool { specialTokens.contains(token) }
}
