import ChatEndpoints
import Diagnostics
import Foundation
import ModelFiles
import Models
import Training

/// Who plays the three roles of a distillation. Roles with equal endpoints or models share one, with its limits.
struct DistillationModels: Sendable {
    /// The clients of all endpoints, each once.
    private(set) var endpoints: [ChatEndpoint] = []
    private(set) var anonymizer: any ChatModel
    private(set) var adversary: any ChatModel
    private(set) var judge: any ChatModel

    /// - Throws: `InputError`: what is wrong with an endpoint's config, its key or a model's files.
    init(_ configuration: DistillConfiguration, cache: ReplyCache, environment: [String: String]) throws {
        var made: [(role: DistillConfiguration.Role, model: any ChatModel)] = []
        var clients: [ChatEndpoint] = []
        func model(_ role: DistillConfiguration.Role) throws -> any ChatModel {
            let role = role.endpoint == nil && role.model == nil ? configuration.anonymizer : role
            if let known = made.first(where: { $0.role.hasSameSource(as: role) }) { return known.model }
            let model: any ChatModel
            if let endpoint = role.endpoint {
                let client = try ChatEndpoint(endpoint, cache: cache, environment: environment)
                clients.append(client)
                model = EndpointChatModel(client)
            } else if let section = role.model {
                model = try Self.localModel(section, adapterPath: role.adapterPath, cache: cache)
            } else {
                throw InputError(.config, at: "anonymizer", "expected an endpoint or a model, found neither")
            }
            made.append((role, model))
            return model
        }
        anonymizer = try model(configuration.anonymizer)
        adversary = try model(configuration.adversary)
        judge = try model(configuration.judge)
        endpoints = clients
    }

    private static func localModel(
        _ section: TrainConfiguration.Model, adapterPath: String?, cache: ReplyCache
    ) throws -> any ChatModel {
        let url = URL(fileURLWithPath: section.path)
        let adapter = adapterPath.map { URL(fileURLWithPath: $0) }
        let quantization = section.quantization.map { QuantizationSettings($0) }
        let identity = try ModelLocation.open(url).generationDigest(
            adapter: adapter, computeType: section.computeDtype, quantization: quantization)
        let model = try LocalChatModel(
            contentsOf: url, adapter: adapter, computeType: section.computeDtype, quantization: quantization)
        return CachedChatModel(model, identity: identity, cache: cache)
    }

    /// Enough texts to keep every endpoint busy, or to fill a local model's batches.
    var concurrentTexts: Int { 2 * (endpoints.map(\.configuration.maxConcurrentRequests).max() ?? 16) }
}

extension DistillConfiguration.Role {
    fileprivate func hasSameSource(as other: Self) -> Bool {
        endpoint == other.endpoint && model == other.model && adapterPath == other.adapterPath
    }

    /// How answers are drawn.
    var request: ChatRequest {
        ChatRequest([], temperature: temperature, topP: topP, maxTokens: maxTokens, seed: UInt64(seed))
    }
}
