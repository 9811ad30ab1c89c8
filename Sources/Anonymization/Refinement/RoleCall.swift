import Tensors
import Tokenizers

/// Asks a model in one role until its answer can be read.
struct RoleCall {
    let role: Role
    /// What the draws of this text and round depend on.
    let key: RandomKey
    let settings: RefinementSettings
    var maxTokens: Int

    init(role: Role, key: RandomKey, settings: RefinementSettings) {
        self.role = role
        self.key = key.folding(Role.allCases.firstIndex(of: role) ?? 0)
        self.settings = settings
        maxTokens = settings.maxTokens
    }

    /// - Parameter read: makes a value of an answer.
    /// - Throws: `RoundFailure` where no answer can be read or the model refuses; what the model throws otherwise.
    func answer<Value>(
        _ model: any ChatModel, _ messages: [ChatMessage], _ read: (String) throws(ReplyError) -> Value
    ) async throws -> Value {
        var reason = ""
        for attempt in 0...settings.retries {
            let temperature =
                attempt == 0 ? settings.temperature : max(settings.temperature, RefinementSettings.retryTemperature)
            let request = ChatRequest(
                messages, temperature: temperature, topP: settings.topP, maxTokens: maxTokens,
                seed: key.folding(attempt).stream)
            do {
                let reply = try await model.reply(to: request)
                guard reply.isComplete else {
                    reason =
                        "expected an answer that ends, found one of \(reply.completionTokens) tokens that was cut off"
                    continue
                }
                return try read(reply.text)
            } catch let error as ReplyError {
                reason = error.description
            } catch let refusal as ChatRefusal {
                throw RoundFailure(role, reason: refusal.description)
            }
        }
        throw RoundFailure(role, reason: reason)
    }
}

extension RandomKey {
    /// The key of a text's draws, whatever stands beside it.
    init(of text: String, seed: UInt64) {
        var key = RandomKey(seed: 0).folding(Int(truncatingIfNeeded: seed)).folding(text.utf8.count)
        for byte in text.utf8 { key = key.folding(Int(byte)) }
        self = key
    }
}
