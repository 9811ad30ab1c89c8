import Diagnostics
import Files
import Foundation
import Synchronization

/// What has been answered, so that nothing is paid twice: a journal of replies by the digest of their whole request.
///
/// A reply is on the disk before anyone sees it, so that a process that is killed loses at most the requests that were
/// under way. Equal requests that are under way at the same time are sent once, and given up only when nobody waits for them
/// any more. One process at a time may use a file.
public actor ReplyCache {
    /// How a request has ended.
    enum Outcome: Sendable {
        case reply(EndpointReply)
        case refusal(RequestRefusal)

        /// - Throws: the refusal, where it is one.
        func get() throws -> EndpointReply {
            switch self {
            case .reply(let reply): reply
            case .refusal(let refusal): throw refusal
            }
        }
    }

    /// Who is asked for a reply.
    struct Source: Codable, Hashable, Sendable {
        /// The endpoint's name.
        let endpoint: String
        /// The digest of everything about the request but its text and seed.
        let settings: String
    }

    /// By endpoint, the replies that were in the journal when it was opened.
    private let earlier: Mutex<[String: EndpointUsage.Tally]>

    private let journal: Journal
    private var outcomes: [String: Outcome]
    private var answered: Set<Source>
    private var underWay: [String: SharedRequest] = [:]

    /// Opens the journal, or begins one.
    ///
    /// - Parameter url: the file.
    /// - Throws: `InputError`: `.tryAgain` where another process uses it or it cannot be read or written; `.data` at
    ///   `file:line` where it is damaged otherwise than by the end of a process.
    public init(_ url: URL) throws(InputError) {
        var outcomes: [String: Outcome] = [:]
        var answered: Set<Source> = []
        var earlier: [String: EndpointUsage.Tally] = [:]
        journal = try Journal(url) { bytes, line throws(InputError) in
            guard let record = try? JSONDecoder().decode(ReplyRecord.self, from: Data(bytes)),
                let outcome = record.outcome
            else { throw InputError(.data, at: "\(url.path):\(line)", "expected a reply, found another record") }
            outcomes[record.request] = outcome
            if let source = record.source, let reply = record.reply {
                answered.insert(source)
                earlier[source.endpoint, default: EndpointUsage.Tally()].add(reply)
            }
        }
        self.outcomes = outcomes
        self.answered = answered
        self.earlier = Mutex(earlier)
    }

    /// The requests that are answered in the journal.
    public var count: Int { outcomes.count }

    /// The replies of an endpoint that were in the journal when it was opened, for the first client that asks: a second
    /// one would count them twice.
    nonisolated func takeEarlier(_ endpoint: String) -> EndpointUsage.Tally {
        earlier.withLock { $0.removeValue(forKey: endpoint) } ?? EndpointUsage.Tally()
    }

    /// Whether any request to this endpoint with these settings has a reply.
    func hasReply(from source: Source) -> Bool { answered.contains(source) }

    /// The outcome of a request, from the journal where it is there.
    ///
    /// - Parameters:
    ///   - request: the digest of everything that the outcome depends on.
    ///   - source: who is asked; nil for a model that is no endpoint.
    ///   - make: gets the outcome; what it throws is remembered nowhere.
    /// - Returns: the outcome, and whether `make` was not needed.
    func outcome(
        of request: String, from source: Source? = nil, _ make: @escaping @Sendable () async throws -> Outcome
    ) async throws -> (Outcome, isFromCache: Bool) {
        while true {
            if let outcome = outcomes[request] { return (outcome, true) }
            guard let shared = underWay[request] else { break }
            if shared.join() { return (try await shared.outcome(), true) }
            // All who wanted it were cancelled; this caller asks again.
            await shared.end()
        }
        let shared = SharedRequest(
            Task {
                defer { underWay[request] = nil }
                return try self.keep(try await make(), of: request, from: source)
            })
        underWay[request] = shared
        return (try await shared.outcome(), false)
    }

    private func keep(_ outcome: Outcome, of request: String, from source: Source?) throws(InputError) -> Outcome {
        try journal.append(ReplyRecord(request: request, source: source, outcome: outcome).bytes)
        outcomes[request] = outcome
        if let source, case .reply = outcome { answered.insert(source) }
        return outcome
    }
}

extension ReplyCache {
    /// The reply to a request, from the journal where it is there.
    ///
    /// For models that are not endpoints; ``ChatEndpoint`` asks the cache by itself.
    ///
    /// - Parameters:
    ///   - request: the digest of everything that the reply depends on.
    ///   - make: gets the reply; what it throws is remembered nowhere, but for a ``RequestRefusal``.
    /// - Returns: the reply, and whether `make` was not needed.
    public func reply(
        to request: String, _ make: @escaping @Sendable () async throws -> EndpointReply
    ) async throws -> (EndpointReply, isFromCache: Bool) {
        let (outcome, isFromCache) = try await outcome(of: request) {
            do {
                return .reply(try await make())
            } catch let refusal as RequestRefusal {
                return .refusal(refusal)
            }
        }
        return (try outcome.get(), isFromCache)
    }
}
