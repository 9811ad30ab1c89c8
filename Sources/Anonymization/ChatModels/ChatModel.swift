import Tokenizers

/// A model that answers conversations: one of ours, or one behind an endpoint.
public protocol ChatModel: Sendable {
    /// What the model is, in one line, for reports.
    var name: String { get }

    /// Answers a conversation. Many calls may wait at once; a model answers them together as it can.
    ///
    /// - Throws: `ChatRefusal` where this conversation is never answered; `InputError` where the model cannot be had;
    ///   `CancellationError`.
    func reply(to request: ChatRequest) async throws -> ChatReply
}

/// A conversation up to where the answer begins, and how to answer.
public struct ChatRequest: Sendable, Equatable {
    public var messages: [ChatMessage]
    /// 0 takes the likeliest token each time.
    public var temperature: Double
    /// The least set of tokens with this probability is drawn from, where the temperature is above 0.
    public var topP: Double
    /// The most tokens of the answer.
    public var maxTokens: Int
    /// Requests that are equal but for their seeds get answers of their own, where the temperature is above 0.
    public var seed: UInt64

    public init(
        _ messages: [ChatMessage], temperature: Double = 0, topP: Double = 1, maxTokens: Int = 1024, seed: UInt64 = 0
    ) {
        self.messages = messages
        self.temperature = temperature
        self.topP = topP
        self.maxTokens = maxTokens
        self.seed = seed
    }
}

/// An answer and what it took.
public struct ChatReply: Sendable, Equatable {
    public var text: String
    /// Whether the answer ends by itself, not at `maxTokens`.
    public var isComplete: Bool
    public var promptTokens: Int
    public var completionTokens: Int

    public init(text: String, isComplete: Bool, promptTokens: Int, completionTokens: Int) {
        self.text = text
        self.isComplete = isComplete
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
    }
}

/// A conversation that a model never answers, for what it says and not for how it was sent: one that is too long, or one
/// that a filter stops. Others may well be answered.
public struct ChatRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// Why, in words that repeat nothing of the conversation.
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
