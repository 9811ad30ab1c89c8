import Foundation
import TestSupport
import Testing

@testable import Anonymization

/// The expected numbers are those that Python counts from the file by itself:
///
/// ```python
/// import json, re
/// from itertools import combinations
///
/// def p(state):
///     P = [c for c in (int(re.match(r"\d", str(i["certainty"]))[0]) for i in state["privacy"]) if c >= 3]
///     return (-len(P), -sum(P) / len(P) if P else 0)
///
/// def u(state):
///     return state["utility"]["readability"] + state["utility"]["meaning"] + 10 * state["utility"]["hallucinations"]
///
/// for slack in 0, 1:  # in points of 30
///     anonymize, prefer = [0] * 4, [0] * 4  # candidates, dropped by privacy, by utility, kept
///     def count(counts, better, worse):
///         counts[0] += 1
///         counts[1 if p(better) <= p(worse) else 3 if u(better) >= u(worse) - slack else 2] += 1
///     for line in open("trajectories.jsonl"):
///         states = json.loads(line)["texts"]
///         for i, j in combinations(range(len(states)), 2):
///             count(anonymize, states[j], states[i])
///         for i in range(len(states)):
///             for a, b in combinations(states[i + 1:], 2):
///                 count(prefer, *((a, b) if p(a) > p(b) else (b, a)))
///     print(anonymize, prefer)
/// ```
@Suite(
    "Rows made of real trajectories",
    .enabled(if: FileManager.default.fileExists(atPath: Fixtures.sharedData("trajectories.jsonl").path)))
struct RealTaskTests {
    private func set(_ change: (inout TaskOptions) -> Void) throws -> TaskSet {
        let path = Fixtures.sharedData("trajectories.jsonl").path
        let (trajectories, report) = try TrajectoryReader(path: path).trajectories()
        return try TaskSet(trajectories, report: report, options: options(change), path: path)
    }

    @Test(
        "each rule keeps and drops as many as an independent count",
        arguments: [
            (0.0, [294, 137, 128, 29], [239, 167, 23, 49]), (1.0 / 30, [294, 137, 57, 100], [239, 167, 3, 69]),
        ])
    func counts(slack: Double, anonymize: [Int], prefer: [Int]) throws {
        let set = try set { $0.utilitySlack = slack }
        func numbers(_ task: TrainingTask) -> [Int] {
            let rule = set.counts.rule(task)
            return [rule.candidates, rule.droppedByPrivacy, rule.droppedByUtility, rule.kept]
        }
        #expect(numbers(.anonymize) == anonymize && numbers(.prefer) == prefer)
        #expect(numbers(.infer) == [231, 0, 0, 231] && numbers(.judge) == [231, 0, 0, 231])
        #expect(set.counts.trajectories == 77 && set.counts.states == 231 && set.counts.inferences == 231)
        #expect(set.dpo.rows.count == prefer[3] - set.counts.rule(.prefer).duplicates)
    }

    @Test("every answer is read back by the readers of the roles")
    func answers() throws {
        for row in try set({ _ in }).sft.rows {
            let answer = try #require(row.answer)
            switch row.task {
            case .anonymize: #expect(throws: Never.self) { try RoleReply.text(in: answer) }
            case .infer: #expect(throws: Never.self) { try RoleReply.inferences(in: answer) }
            case .judge: #expect(throws: Never.self) { try RoleReply.judgement(in: answer) }
            case .prefer: Issue.record("a preference among the rows of sft.jsonl")
            }
        }
    }
}
