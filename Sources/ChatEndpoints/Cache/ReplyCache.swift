import Diagnostics
import Files
import Foundation

/// What has been answered, so that nothing is paid twice: a journal of replies by the digest of their whole request.
///
/// A reply is on the disk before anyone sees it, so that a process that is killed loses at most the requests that were
/// under way. Equal requests that are under way at the same time are sent once. One process at a time may use a file.
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

    private let journal: Journal
    private var outcomes: [String: Outcome]
    private var underWay: [String: Task<Outcome, any Error>] = [:]

    /// Opens the journal, or begins one.
    ///
    /// - Parameter url: the file.
    /// - Throws: `InputError`: `.tryAgain` where another process uses it or it cannot be read or written; `.data` at
    ///   `file:line` where it is damaged otherwise than by the end of a process.
    public init(_ url: URL) throws(InputError) {
        var outcomes: [String: Outcome] = [:]
        journal = try Journal(url) { bytes, line throws(InputError) in
            guard let record = try? JSONDecoder().decode(ReplyRecord.self, from: Data(bytes)),
                let outcome = record.outcome
            else { throw InputError(.data, at: "\(url.path):\(line)", "expected a reply, found another record") }
            outcomes[record.request] = outcome
        }
        self.outcomes = outcomes
    }

    /// The requests that are answered in the journal.
    public var count: Int { outcomes.count }

    /// The outcome of a request, from the journal where it is there.
    ///
    /// - Parameters:
    ///   - request: the digest of everything that the outcome depends on.
    ///   - make: gets the outcome; what it throws is remembered nowhere.
    /// - Returns: the outcome, and whether `make` was not needed.
    func outcome(
        of request: String, _ make: @escaping @Sendable () async throws -> Outcome
    ) async throws -> (Outcome, isFromCache: Bool) {
        if let outcome = outcomes[request] { return (outcome, true) }
        if let task = underWay[request] { return (try await task.value, true) }
        let task = Task { try self.keep(try await make(), of: request) }
        underWay[request] = task
        defer { underWay[request] = nil }
        return try await withTaskCancellationHandler {
            (try await task.value, false)
        } onCancel: {
            task.cancel()
        }
    }

    private func keep(_ outcome: Outcome, of request: String) throws(InputError) -> Outcome {
        try journal.append(ReplyRecord(request: request, outcome: outcome).bytes)
        outcomes[request] = outcome
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

/// A line of the journal: a request's digest, and its reply or its refusal.
private struct ReplyRecord: Codable {
    let request: String
    let reply: EndpointReply?
    let refusal: RequestRefusal?

    init(request: String, outcome: ReplyCache.Outcome) {
        self.request = request
        switch outcome {
        case .reply(let reply): (self.reply, refusal) = (reply, nil)
        case .refusal(let refusal): (reply, self.refusal) = (nil, refusal)
        }
    }

    var outcome: ReplyCache.Outcome? {
        if let reply { return .reply(reply) }
        return refusal.map { .refusal($0) }
    }

    var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self))
        } catch {
            fatalError("ReplyRecord: \(error)")
        }
    }
}
