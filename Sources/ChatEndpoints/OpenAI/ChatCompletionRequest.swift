import Foundation
import Tokenizers

/// The body of a request to `/chat/completions`, as OpenAI's reference describes it.
struct ChatCompletionRequest: Sendable, Encodable {
    let model: String
    let messages: [ChatMessage]
    let temperature: Double?
    let topP: Double?
    let maxTokens: Int?
    let maxCompletionTokens: Int?
    let seed: Int?

    init(_ messages: [ChatMessage], _ configuration: EndpointConfiguration) {
        model = configuration.model
        self.messages = messages
        temperature = configuration.temperature
        topP = configuration.topP
        maxTokens = configuration.maxTokens
        maxCompletionTokens = configuration.maxCompletionTokens
        seed = configuration.seed
    }

    enum CodingKeys: String, CodingKey {
        case model, messages, temperature, seed
        case topP = "top_p"
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
    }

    /// The JSON that is sent: the same bytes for the same request, whichever process makes them.
    func body() -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(self)
        } catch {
            fatalError("ChatCompletionRequest: \(error)")
        }
    }

    /// About as many tokens as prompt and reply will take, at four bytes a token, for pacing before the endpoint says.
    var estimatedTokens: Int {
        let prompt = messages.reduce(0) { $0 + $1.content.utf8.count / 4 + 4 }
        return prompt + (maxTokens ?? maxCompletionTokens ?? 512)
    }
}
