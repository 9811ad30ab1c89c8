import Synchronization

/// What has been asked of an endpoint, and what it has taken.
public struct EndpointUsage: Sendable, Equatable {
    /// Replies and the tokens that they took.
    public struct Tally: Sendable, Equatable {
        /// Replies that were used.
        public var replies = 0
        /// Those of them that came without token counts.
        public var uncountedReplies = 0
        /// Tokens of prompts.
        public var promptTokens = 0
        /// Tokens of replies.
        public var completionTokens = 0

        public init() {}

        mutating func add(_ reply: EndpointReply) {
            replies += 1
            if reply.promptTokens == nil || reply.completionTokens == nil { uncountedReplies += 1 }
            promptTokens += reply.promptTokens ?? 0
            completionTokens += reply.completionTokens ?? 0
        }
    }

    /// Requests that were sent, retries included.
    public var requests = 0
    /// Those of them that were sent again.
    public var retries = 0
    /// Replies that came from the endpoint.
    public var paid = Tally()
    /// Replies that came from the endpoint to earlier processes, as the journal has them.
    public var earlier = Tally()
    /// Replies that the cache had.
    public var cached = Tally()

    public init() {}

    /// All replies that came from the endpoint, to this process and to earlier ones.
    public var total: Tally { paid + earlier }
}

extension EndpointUsage.Tally {
    /// What the replies cost, in the currency of the prices; nil where a price is unknown.
    ///
    /// Replies without token counts cost nothing here.
    public func cost(_ configuration: EndpointConfiguration) -> Double? {
        guard let prompt = configuration.promptTokenPrice, let completion = configuration.completionTokenPrice else {
            return nil
        }
        return (Double(promptTokens) * prompt + Double(completionTokens) * completion) / 1e6
    }

    static func + (a: Self, b: Self) -> Self {
        var sum = a
        sum.replies += b.replies
        sum.uncountedReplies += b.uncountedReplies
        sum.promptTokens += b.promptTokens
        sum.completionTokens += b.completionTokens
        return sum
    }
}

/// Counts from any task.
final class UsageMeter: Sendable {
    private let usage = Mutex(EndpointUsage())

    var value: EndpointUsage { usage.withLock { $0 } }

    func update(_ body: (inout EndpointUsage) -> Void) {
        usage.withLock { body(&$0) }
    }
}
