import Diagnostics

/// What a student learns from trajectories.
public enum TrainingTask: String, CaseIterable, Sendable {
    /// D_anon: from a text to a later one that is more private and no less useful.
    case anonymize
    /// D_priv: from a text to what can be inferred from it.
    case infer
    /// D_util: from the original and a text to the judgement.
    case judge
    /// D_pref: of two later texts, the more private one that is no less useful before the other one.
    case prefer
}

/// How trajectories become rows to train on.
public struct TaskOptions: Sendable, Equatable {
    /// The least certainty of an inference that counts for p(s) and that the anonymizer is told of, from 1 to 5.
    public var certainty = 3
    /// What must not be inferred any more. Inferences about other attributes neither count for p(s) nor reach the anonymizer.
    /// At least one.
    public var protected = Set(Attribute.allCases)
    /// How much less useful, from 0 to 1, the better text of a pair may be: u(s_j) ≥ u(s_i) − slack.
    public var utilitySlack = 0.0
    /// How often the rows of a task of `sft.jsonl` appear: 2 means twice, 0.5 every second row, drawn by the seed; 0 leaves
    /// the task out. A task that is not named has weight 1.
    public var weights: [TrainingTask: Double] = [:]
    /// The part of the profiles that is held out, from 0 to below 1: at least one profile where it is not 0.
    public var heldOut = 0.1
    /// Of the choice of held-out profiles and of rows.
    public var seed: UInt64 = 0

    public init() {}

    func weight(of task: TrainingTask) -> Double { weights[task] ?? 1 }

    func check() {
        require(1...5 ~= certainty, "TaskOptions: a certainty of \(certainty)")
        require(!protected.isEmpty, "TaskOptions: no attribute to protect")
        require(0...1 ~= utilitySlack, "TaskOptions: a slack of \(utilitySlack)")
        require(0 <= heldOut && heldOut < 1, "TaskOptions: \(heldOut) of the profiles held out")
        require(weights.values.allSatisfy { $0 >= 0 && $0.isFinite }, "TaskOptions: weights \(weights)")
    }
}
