import ChatEndpoints
import Foundation

/// What is told about the use of endpoints: requests, tokens and costs.
public struct UsageReport: Sendable {
    private let endpoints: [ChatEndpoint]

    /// - Parameter endpoints: each once; none where local models play all roles.
    init(_ endpoints: [ChatEndpoint]) {
        self.endpoints = endpoints
    }

    /// What stands beside a bar; empty without endpoints.
    public var progress: [String] {
        let usages = endpoints.map(\.usage)
        if usages.isEmpty { return [] }
        let tokens = usages.reduce(0) { $0 + $1.paid.promptTokens + $1.paid.completionTokens }
        let retries = usages.reduce(0) { $0 + $1.retries }
        return ["\(tokens) tokens", "\(retries) retries"] + (cost(of: endpoints).map { [$0] } ?? [])
    }

    /// A line for each endpoint and, where there are several, one for what all cost.
    public var lines: [String] {
        let all = endpoints.count > 1 ? cost(of: endpoints).map { ["all: \($0)"] } : nil
        return endpoints.map(line) + (all ?? [])
    }

    private func line(_ endpoint: ChatEndpoint) -> String {
        let usage = endpoint.usage
        var parts = [
            "\(usage.requests) requests, \(usage.retries) of them again", "\(usage.paid.replies) replies",
            "\(usage.paid.promptTokens) prompt tokens", "\(usage.paid.completionTokens) completion tokens",
        ]
        if let cost = cost(of: [endpoint]) { parts.append(cost) }
        if usage.paid.uncountedReplies > 0 {
            parts.append("\(usage.paid.uncountedReplies) replies without token counts")
        }
        if usage.cached.replies > 0 { parts.append("\(usage.cached.replies) replies from the journal") }
        return "\(endpoint.name): \(parts.joined(separator: ", "))"
    }

    /// What was paid now and, where earlier processes have paid too, in all; nil where a price is unknown.
    private func cost(of endpoints: [ChatEndpoint]) -> String? {
        func sum(_ tally: KeyPath<EndpointUsage, EndpointUsage.Tally>) -> Double? {
            let costs = endpoints.compactMap { $0.usage[keyPath: tally].cost($0.configuration) }
            return costs.isEmpty || costs.count < endpoints.count ? nil : costs.reduce(0, +)
        }
        guard let paid = sum(\.paid), let total = sum(\.total) else { return nil }
        let hasEarlier = endpoints.contains { $0.usage.earlier.replies > 0 }
        return "cost \(Self.amount(paid))" + (hasEarlier ? " now, \(Self.amount(total)) in all" : "")
    }

    private static func amount(_ cost: Double) -> String { String(format: "%.4f", cost) }
}
