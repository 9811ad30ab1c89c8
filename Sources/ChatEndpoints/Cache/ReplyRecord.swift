import Foundation

/// A line of the journal: a request's digest, and its reply or its refusal.
struct ReplyRecord: Codable {
    let request: String
    let reply: EndpointReply?
    let refusal: RequestRefusal?
    /// Nil for a model that is no endpoint.
    let source: ReplyCache.Source?

    init(request: String, source: ReplyCache.Source?, outcome: ReplyCache.Outcome) {
        self.request = request
        self.source = source
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
