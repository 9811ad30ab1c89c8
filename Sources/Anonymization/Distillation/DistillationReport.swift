import Foundation

/// What is told about a distillation: counts, tokens and costs, and nothing of the texts.
struct DistillationReport: Sendable {
    let usage: UsageReport
    let folder: DistillationFolder

    /// What stands beside the bar.
    func progress(_ outcome: DistillationRun.Outcome) -> String {
        (["\(outcome.setAside) set aside"] + usage.progress).joined(separator: "  ")
    }

    /// What is said at the end.
    func lines(_ outcome: DistillationRun.Outcome) -> [String] {
        var lines = [
            "trajectories: \(outcome.trajectories) of \(outcome.states) texts in \(folder.trajectories.path)"
        ]
        if outcome.setAside > 0 { lines.append("set aside: \(outcome.setAside) texts in \(folder.failures.path)") }
        return lines + usage.lines
    }
}
