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
        if let cost = totalCost { parts.append("cost \(Self.amount(cost))") }
        return parts.joined(separator: "  ")
    }

    /// What is said at the end.
    func lines(_ outcome: DistillationRun.Outcome) -> [String] {
        var lines = [
            "trajectories: \(outcome.trajectories) of \(outcome.states) texts in \(folder.trajectories.path)"
        ]
        if outcome.setAside > 0 { lines.append("set aside: \(outcome.setAside) texts in \(folder.failures.path)") }
        lines += endpoints.map(line)
        if endpoints.count > 1, let cost = totalCost { lines.append("cost of all: \(Self.amount(cost))") }
        return lines
    }

    private func line(_ endpoint: ChatEndpoint) -> String {
        let usage = endpoint.usage
        var parts = [
            "\(usage.requests) requests, \(usage.retries) of them again", "\(usage.paid.replies) replies",
            "\(usage.paid.promptTokens) prompt tokens", "\(usage.paid.completionTokens) completion tokens",
        ]
        if let cost = usage.cost(endpoint.configuration) { parts.append("cost \(Self.amount(cost))") }
        if usage.paid.uncountedReplies > 0 {
            parts.append("\(usage.paid.uncountedReplies) replies without token counts")
        }
        if usage.cached.replies > 0 { parts.append("\(usage.cached.replies) replies from the journal") }
        return "\(endpoint.name): \(parts.joined(separator: ", "))"
    }

    /// Nil where the cost of any endpoint is unknown.
    private var totalCost: Double? {
        let costs = endpoints.map { $0.usage.cost($0.configuration) }
        let known = costs.compactMap { $0 }
        return known.isEmpty || known.count < costs.count ? nil : known.reduce(0, +)
    }

    private static func amount(_ cost: Double) -> String { String(format: "%.4f", cost) }
}
