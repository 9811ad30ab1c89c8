import ChatEndpoints
import Diagnostics

/// Who plays the three roles of a distillation.
struct DistillationModels: Sendable {
    /// The clients of all endpoints, each once.
    let endpoints: [ChatEndpoint]
    let anonymizer: any ChatModel
    let adversary: any ChatModel
    let judge: any ChatModel
    /// Enough texts to keep every endpoint busy, or to fill a local model's batches.
    let concurrentTexts: Int

    /// - Throws: `InputError`: what is wrong with an endpoint's config, its key or a model's files.
    init(_ configuration: DistillConfiguration, cache: ReplyCache, environment: [String: String]) throws {
        var maker = RoleModels(cache: cache, environment: environment)
        func model(_ role: RoleConfiguration) throws -> any ChatModel {
            let isOwn = role.endpoint != nil || role.model != nil
            return try maker.model(isOwn ? role : configuration.anonymizer, name: "anonymizer")
        }
        anonymizer = try model(configuration.anonymizer)
        adversary = try model(configuration.adversary)
        judge = try model(configuration.judge)
        endpoints = maker.endpoints
        concurrentTexts = maker.concurrency
    }
}

extension RoleConfiguration {
    /// How answers are drawn.
    var request: ChatRequest {
        ChatRequest([], temperature: temperature, topP: topP, maxTokens: maxTokens, seed: UInt64(seed))
    }
}
