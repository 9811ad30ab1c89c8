import Tokenizers

/// What rows need of a tokenizer.
public protocol RowTokenizer: Sendable {
    /// The token that begins a text, where the model has one.
    var beginToken: Int32? { get }
    /// The token that ends a text, where the model has one.
    var endToken: Int32? { get }
    /// Whether plain text begins with `beginToken`.
    var addsBeginToken: Bool { get }

    /// The tokens of a text, without a begin or end token of its own.
    ///
    /// - Parameters:
    ///   - text: any text.
    ///   - recognisingSpecialTokens: whether special tokens written out in the text become those tokens.
    func encode(_ text: String, recognisingSpecialTokens: Bool) -> [Int32]

    /// The tokens of a chat that ends in the assistant's turn, end-of-turn tokens included, and the index of the first
    /// token after the generation prompt of that turn.
    ///
    /// - Throws: `InputError` where the model has no chat template or the template refuses the messages.
    func encodeTrainingChat(_ messages: [ChatMessage]) throws -> (tokens: [Int32], lossStart: Int)
}

extension Tokenizer: RowTokenizer {}
