import Foundation
import Tokenizers

/// The body of a request to `/chat/completions`, as OpenAI's reference describes it. What is nil is not sent.
struct ChatCompletionRequest: Sendable, Encodable {
    let model: String
    let messages: [ChatMessage]
    let temperature: Double?
    let topP: Double?
    let maxTokens: Int?
    let maxCompletionTokens: Int?
    /// Servers read it as a signed number of 64 bits.
    var seed: Int64?

    init(_ messages: [ChatMessage], _ sampling: SamplingSettings, _ configuration: EndpointConfiguration) {
        func sent(_ parameter: EndpointConfiguration.Parameter) -> Bool {
            !configuration.omittedParameters.contains(parameter)
        }
        model = configuration.model
        self.messages = messages
        temperature = sent(.temperature) ? sampling.temperature : nil
        topP = sent(.topP) && sampling.topP < 1 ? sampling.topP : nil
        maxTokens = configuration.lengthParameter == .maxTokens ? sampling.maxTokens : nil
        maxCompletionTokens = configuration.lengthParameter == .maxCompletionTokens ? sampling.maxTokens : nil
        seed = sent(.seed) ? Int64(sampling.seed & UInt64(Int64.max)) : nil
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
        messages.reduce(0) { $0 + $1.content.utf8.count / 4 + 4 } + (maxTokens ?? maxCompletionTokens ?? 0)
    }
}
