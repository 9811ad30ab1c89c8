import ChatEndpoints
import Diagnostics
import Foundation
import ModelFiles
import Models
import Training

/// Makes the models that play roles. Roles with equal endpoints or models share one, with its limits.
struct RoleModels {
    /// The clients of all endpoints, each once.
    private(set) var endpoints: [ChatEndpoint] = []
    private var made: [(role: RoleConfiguration, model: any ChatModel)] = []
    private let cache: ReplyCache
    private let environment: [String: String]

    /// - Parameters:
    ///   - cache: the replies that are there already, and where new ones go.
    ///   - environment: the variables of which some hold keys.
    init(cache: ReplyCache, environment: [String: String]) {
        self.cache = cache
        self.environment = environment
    }

    /// - Parameters:
    ///   - role: who plays it.
    ///   - name: what errors call it.
    /// - Throws: `InputError`: what is wrong with an endpoint's config, its key or a model's files.
    mutating func model(_ role: RoleConfiguration, name: String) throws -> any ChatModel {
        if let known = made.first(where: { $0.role.hasSameSource(as: role) }) { return known.model }
        let model: any ChatModel
        if let endpoint = role.endpoint {
            let client = try ChatEndpoint(endpoint, cache: cache, environment: environment)
            endpoints.append(client)
            model = EndpointChatModel(client)
        } else if let section = role.model {
            model = try localModel(section, adapterPath: role.adapterPath)
        } else {
            throw InputError(.config, at: name, "expected an endpoint or a model, found neither")
        }
        made.append((role, model))
        return model
    }

    private func localModel(_ section: TrainConfiguration.Model, adapterPath: String?) throws -> any ChatModel {
        let url = URL(fileURLWithPath: section.path)
        let adapter = adapterPath.map { URL(fileURLWithPath: $0) }
        let quantization = section.quantization.map { QuantizationSettings($0) }
        let identity = try ModelLocation.open(url).generationDigest(
            adapter: adapter, computeType: section.computeDtype, quantization: quantization)
        let model = try LocalChatModel(
            contentsOf: url, adapter: adapter, computeType: section.computeDtype, quantization: quantization)
        return CachedChatModel(model, identity: identity, cache: cache)
    }

    /// How many questions keep every endpoint busy, or fill a local model's batches.
    var concurrency: Int { 2 * (endpoints.map(\.configuration.maxConcurrentRequests).max() ?? 16) }
}

extension RoleConfiguration {
    /// Whether the same endpoint or model plays both.
    fileprivate func hasSameSource(as other: Self) -> Bool {
        endpoint == other.endpoint && model == other.model && adapterPath == other.adapterPath
    }
}
