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
    private let key: APIKey?
    private let exchange: HTTPExchange
    private let limiter: RequestLimiter
    private let cache: ReplyCache
    private let clock: EndpointClock
    private let meter = UsageMeter()

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
    }

    /// What has been asked and spent since this client was made.
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
        let (outcome, isFromCache) = try await cache.outcome(of: identifier) { [self] in
            do {
                return .reply(try await complete(request, body: body, identifier: identifier))
            } catch EndpointFailure.refusal(let reason) {
                return .refusal(RequestRefusal(reason: reason))
            }
        }
        if isFromCache, case .reply(let reply) = outcome { meter.update { $0.cached.add(reply) } }
        return try outcome.get()
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

extension ChatEndpoint {
    /// Sends a request until it is answered or there is no hope.
    private func complete(
        _ request: ChatCompletionRequest, body: Data, identifier: String
    ) async throws -> EndpointReply {
        var retry = 0
        while true {
            meter.update {
                $0.requests += 1
                if retry > 0 { $0.retries += 1 }
            }
            do {
                let reply = try await limiter.run(estimatedTokens: request.estimatedTokens) { [self] in
                    let reply = try await attempt(request, body: body, identifier: identifier)
                    return (reply, tokens: reply.tokens)
                }
                meter.update { $0.paid.add(reply) }
                return reply
            } catch let failure as EndpointFailure {
                let wait = try waitBeforeRetry(retry, after: failure, identifier: identifier)
                // What the endpoint asks for holds for every request, what is added to it for this one.
                if case .passing(_, wait: let asked?) = failure { await limiter.pause(for: asked) }
                try await clock.sleep(wait)
                retry += 1
            }
        }
    }

    /// Sends a request once.
    private func attempt(
        _ request: ChatCompletionRequest, body: Data, identifier: String
    ) async throws -> EndpointReply {
        // What is under way will be paid, so that it is waited for even where the task has been cancelled.
        let answer = try await Task { [exchange] in try await exchange.send(body, identifier: identifier) }.value
        return try AnswerReader(message: ServerMessage(key: key, messages: request.messages), date: clock.date())
            .reply(answer)
    }

    /// How long to wait after a failure; throws where there is nothing to wait for.
    private func waitBeforeRetry(
        _ retry: Int, after failure: EndpointFailure, identifier: String
    ) throws -> Duration {
        let found = "expected a chat completion, found \(failure.reason)"
        switch failure {
        case .refusal: throw failure
        case .fatal: throw InputError(.config, at: name, found)
        case .exhausted: throw InputError(.tryAgain, at: name, found)
        case .passing(_, let asked):
            if let asked, asked > RetryDelay.longestWait {
                throw InputError(.tryAgain, at: name, "\(found) and to wait \(asked.seconds) s")
            }
            guard retry < configuration.maxRetries else {
                throw InputError(.tryAgain, at: name, "\(found), the last of \(retry + 1) times")
            }
            return max(asked ?? .zero, RetryDelay.backOff(retry: retry, key: identifier))
        }
    }
}

extension EndpointReply {
    /// Tokens of prompt and reply; nil where the endpoint does not say.
    fileprivate var tokens: Int? {
        guard let promptTokens, let completionTokens else { return nil }
        return promptTokens + completionTokens
    }
}
