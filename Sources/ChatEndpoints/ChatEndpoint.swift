import Diagnostics
import Files
import Foundation
import Tokenizers

/// A client of an OpenAI-compatible chat-completions endpoint.
///
/// It keeps the endpoint's limits, sends again what failed for the moment, counts what is spent, and asks nothing that
/// its ``ReplyCache`` already holds. Neither the key nor any text of a request ever stands in an error.
public final class ChatEndpoint: Sendable {
    /// How the endpoint is asked.
    public let configuration: EndpointConfiguration

    private let address: EndpointAddress
    let key: APIKey?
    let exchange: HTTPExchange
    let limiter: RequestLimiter
    private let cache: ReplyCache
    let clock: EndpointClock
    let meter = UsageMeter()

    /// A client; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - configuration: how the endpoint is asked.
    ///   - cache: the replies that are there already, and where new ones go.
    ///   - environment: the variables of which one holds the key.
    /// - Throws: `InputError(.config)` for an address that is none or a key that is missing.
    public convenience init(
        _ configuration: EndpointConfiguration, cache: ReplyCache,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(InputError) {
        try self.init(configuration, cache: cache, environment: environment, clock: .system)
    }

    init(
        _ configuration: EndpointConfiguration, cache: ReplyCache, environment: [String: String], clock: EndpointClock
    ) throws(InputError) {
        require(
            configuration.maxConcurrentRequests > 0,
            "ChatEndpoint: \(configuration.maxConcurrentRequests) concurrent requests")
        self.configuration = configuration
        address = try EndpointAddress(baseURL: configuration.baseURL)
        if let variable = configuration.keyVariable {
            key = try APIKey(variable: variable, environment: environment)
        } else {
            key = nil
        }
        exchange = HTTPExchange(configuration, address: address, key: key)
        limiter = RequestLimiter(configuration, clock: clock)
        self.cache = cache
        self.clock = clock
        meter.update { [cache, name] in $0.earlier = cache.takeEarlier(name) }
    }

    /// What has been asked and spent since this client was made, and what processes before it have paid.
    public var usage: EndpointUsage { meter.value }

    /// The endpoint as errors name it.
    public var name: String { "\(address) (model \(configuration.model))" }

    /// The reply to a conversation, from the cache where it is there.
    ///
    /// - Parameters:
    ///   - messages: the conversation, which ends with the user's turn.
    ///   - sampling: how its tokens are chosen.
    /// - Throws: ``RequestRefusal`` where the endpoint will not answer this conversation; `InputError`: `.config` where
    ///   it answers none with this key, model and settings, `.tryAgain` where it has not answered in all retries or
    ///   the reply cannot be kept; `CancellationError`.
    public func reply(
        to messages: [ChatMessage], sampling: SamplingSettings = SamplingSettings()
    ) async throws -> EndpointReply {
        let request = ChatCompletionRequest(messages, sampling, configuration)
        let body = request.body()
        let identifier = Self.identifier(address: address, body: body, seed: sampling.seed)
        let source = ReplyCache.Source(endpoint: name, settings: settings(of: sampling))
        let (outcome, isFromCache) = try await cache.outcome(of: identifier, from: source) { [self] in
            do {
                return .reply(try await complete(request, body: body, identifier: identifier))
            } catch EndpointFailure.refusal(let reason) {
                return .refusal(RequestRefusal(reason: reason))
            } catch EndpointFailure.rejection(let reason) {
                // Settings that have been answered cannot be what is wrong.
                guard await cache.hasReply(from: source) else { throw error(.config, reason) }
                return .refusal(RequestRefusal(reason: reason))
            }
        }
        if isFromCache, case .reply(let reply) = outcome { meter.update { $0.cached.add(reply) } }
        return try outcome.get()
    }

    /// The digest of everything about a request but its text and seed.
    private func settings(of sampling: SamplingSettings) -> String {
        var request = ChatCompletionRequest([], sampling, configuration)
        request.seed = nil
        return Self.identifier(address: address, body: request.body(), seed: 0)
    }

    /// The digest of everything that a reply depends on.
    private static func identifier(address: EndpointAddress, body: Data, seed: UInt64) -> String {
        let stream = DigestStream()
        stream.update(address.description)
        stream.update(seed)
        body.withUnsafeBytes { stream.update($0) }
        return stream.hex()
    }
}

extension ChatEndpoint: CustomReflectable {
    /// The connections below hold what was sent, the key with it.
    public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
