import Diagnostics
import Files
import Tensors
import Training

/// The rows that trajectories give for training and for evaluation, with an account of how they came about.
public struct TaskSet: Sendable, Equatable {
    /// A file of rows.
    public struct File: Sendable, Equatable {
        public let name: String
        public fileprivate(set) var rows: [TaskRow] = []

        init(_ name: String) { self.name = name }
    }

    public private(set) var sft = File("sft.jsonl")
    public private(set) var dpo = File("dpo.jsonl")
    public private(set) var sftEval = File("sft-eval.jsonl")
    public private(set) var dpoEval = File("dpo-eval.jsonl")
    /// The originals of the held-out profiles, each once: texts to try a student on.
    public let heldOutTexts: [SourceText]
    public let counts: TaskCounts

    var files: [File] { [sft, dpo, sftEval, dpoEval] }

    /// Makes the rows of trajectories, in the order of the trajectories; of equal rows one.
    ///
    /// Weights repeat or draw rows of `sft` alone, so that held-out losses compare whatever the weights; a task of weight 0 is
    /// held out neither.
    ///
    /// - Parameters:
    ///   - trajectories: at least one.
    ///   - report: what reading them mended and dropped.
    ///   - path: what errors call the trajectories.
    /// - Throws: `InputError(.data)` where profiles are to be held out and there is only one.
    public init(
        _ trajectories: [Trajectory], report: ReadingReport = ReadingReport(), options: TaskOptions, path: String
    ) throws(InputError) {
        options.check()
        let split = try ProfileSplit(of: trajectories, fraction: options.heldOut, seed: options.seed, path: path)
        let rule = PairRule(
            certainty: options.certainty, utilitySlack: options.utilitySlack, protected: options.protected)
        var rules: [TrainingTask: RuleCounts] = [:]
        var seen: Set<String> = []
        var rows: [TrainingTask: [TaskRow]] = [:]
        for row in trajectories.flatMap({ $0.rows(rule, counting: &rules) }) {
            if seen.insert(row.row.json.compactText).inserted {
                rows[row.task, default: []].append(row)
            } else {
                rules[row.task]?.duplicates += 1
            }
        }
        for task in TrainingTask.allCases where options.weight(of: task) > 0 {
            let all = rows[task] ?? []
            let training = all.filter { !split.heldOut.contains($0.profile) }
            let evaluation = all.filter { split.heldOut.contains($0.profile) }
            if task == .prefer {
                dpo.rows += training
                dpoEval.rows += evaluation
            } else {
                sft.rows += Self.weighted(training, task, options)
                sftEval.rows += evaluation
            }
        }
        var heldOut: Set<String> = []
        heldOutTexts = trajectories.filter { split.heldOut.contains($0.profile) }.map(SourceText.init).filter {
            heldOut.insert($0.text).inserted
        }
        counts = TaskCounts(
            trajectories, report: report, heldOut: split.heldOut, rules: rules, options: options)
    }

    /// Every row as often as the weight's whole part says, and as many of them once more as its fraction says.
    private static func weighted(_ rows: [TaskRow], _ task: TrainingTask, _ options: TaskOptions) -> [TaskRow] {
        let weight = options.weight(of: task)
        let whole = Int(weight)
        let extra = Int((Double(rows.count) * (weight - Double(whole))).rounded())
        let position = TrainingTask.allCases.firstIndex(of: task) ?? 0
        let order = RandomKey(seed: options.seed).folding(1).folding(position).shuffledIndices(count: rows.count)
        let drawn = Set(order.prefix(extra))
        return rows.indices.flatMap { Array(repeating: rows[$0], count: whole + (drawn.contains($0) ? 1 : 0)) }
    }
}
