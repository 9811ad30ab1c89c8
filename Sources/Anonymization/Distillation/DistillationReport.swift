import ChatEndpoints
import Foundation

/// What is told about a distillation: counts, tokens and costs, and nothing of the texts.
struct DistillationReport: Sendable {
    let endpoints: [ChatEndpoint]
    let folder: DistillationFolder

    /// What stands beside the bar.
    func progress(_ outcome: DistillationRun.Outcome) -> String {
        var parts = ["\(outcome.setAside) set aside"]
        let usages = endpoints.map(\.usage)
        if !usages.isEmpty {
            parts.append("\(usages.reduce(0) { $0 + $1.paid.promptTokens + $1.paid.completionTokens }) tokens")
            parts.append("\(usages.reduce(0) { $0 + $1.retries }) retries")
        }
        if let cost = cost(of: endpoints) { parts.append(cost) }
        return parts.joined(separator: "  ")
    }

    /// What is said at the end.
    func lines(_ outcome: DistillationRun.Outcome) -> [String] {
        var lines = [
            "trajectories: \(outcome.trajectories) of \(outcome.states) texts in \(folder.trajectories.path)"
        ]
        if outcome.setAside > 0 { lines.append("set aside: \(outcome.setAside) texts in \(folder.failures.path)") }
        lines += endpoints.map(line)
        if endpoints.count > 1, let cost = cost(of: endpoints) { lines.append("all: \(cost)") }
        return lines
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
