/// Decodes tokens one by one as they are generated, and never gives half a character.
///
/// The pieces given, together with what ``finish()`` gives, are the text that
/// ``Tokenizer/decode(_:skippingSpecialTokens:)`` gives for all the tokens at once.
public struct StreamingDecoder {
    private let tokenizer: Tokenizer
    private let skippingSpecialTokens: Bool
    private var pending: [UInt8] = []

    /// - Parameters:
    ///   - tokenizer: the tokenizer that knows the tokens.
    ///   - skippingSpecialTokens: whether special tokens give no text.
    public init(_ tokenizer: Tokenizer, skippingSpecialTokens: Bool = true) {
        self.tokenizer = tokenizer
        self.skippingSpecialTokens = skippingSpecialTokens
    }

    /// The text that `token` completes: empty while a character is unfinished.
    public mutating func append(_ token: Int32) -> String {
        guard !(skippingSpecialTokens && tokenizer.isSpecial(token)) else { return "" }
        pending.append(contentsOf: tokenizer.bytes(of: token))
        let end = pending.count - unfinishedCount
        defer { pending.removeSubrange(..<end) }
        return String(decoding: pending[..<end], as: UTF8.self)
    }

    /// What is left when generation stops: U+FFFD where a character stayed unfinished, or nothing.
    public mutating func finish() -> String {
        defer { pending.removeAll() }
        return String(decoding: pending, as: UTF8.self)
    }

    /// How many bytes at the end of `pending` begin a character without finishing it.
    private var unfinishedCount: Int {
        for count in 1...3 where count <= pending.count {
            let byte = pending[pending.count - count]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return count < length ? count : 0
        }
        return 0
    }
}
