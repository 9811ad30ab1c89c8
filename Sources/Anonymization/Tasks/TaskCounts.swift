import Files

/// What was read, and what each rule made of it.
public struct TaskCounts: Sendable, Equatable {
    public let trajectories: Int
    public let states: Int
    public let inferences: Int
    public let profiles: Int
    /// In alphabetical order.
    public let heldOutProfiles: [String]
    /// What reading mended and dropped.
    public let reading: ReadingReport
    public let rules: [TrainingTask: RuleCounts]
    public let options: TaskOptions

    init(
        _ trajectories: [Trajectory], report: ReadingReport, heldOut: Set<String>,
        rules: [TrainingTask: RuleCounts], options: TaskOptions
    ) {
        self.trajectories = trajectories.count
        states = trajectories.reduce(0) { $0 + $1.states.count }
        inferences = trajectories.reduce(0) { $0 + $1.states.reduce(0) { $0 + $1.inferences.count } }
        profiles = Set(trajectories.map(\.profile)).count
        heldOutProfiles = heldOut.sorted()
        reading = report
        self.rules = rules
        self.options = options
    }

    /// What became of the candidates of a task.
    public func rule(_ task: TrainingTask) -> RuleCounts { rules[task] ?? RuleCounts() }
}

extension TaskSet {
    /// How many rows of each task a file has.
    public func rowCounts(of file: File) -> [TrainingTask: Int] {
        Dictionary(file.rows.map { ($0.task, 1) }, uniquingKeysWith: +)
    }

    /// The counts in the layout of `counts.json`.
    package var countsJSON: JSONValue {
        .object([
            .init("options", optionsJSON), .init("read", readJSON),
            .init("rules", .object(TrainingTask.allCases.map { .init($0.rawValue, counts.rule($0).json) })),
            .init("files", .object(files.map { .init($0.name, json(of: $0)) })),
        ])
    }

    private var optionsJSON: JSONValue {
        let options = counts.options
        return .object([
            .init("protect", .strings(options.protected.sorted().map(\.rawValue))),
            .init("certainty", .number(options.certainty)), .init("utility_slack", .number(options.utilitySlack)),
            .init(
                "weights",
                .object(
                    TrainingTask.allCases.filter { $0 != .prefer }.map {
                        .init($0.rawValue, .number(options.weight(of: $0)))
                    })),
            .init("held_out", .number(options.heldOut)), .init("seed", JSONValue(.number("\(options.seed)"))),
        ])
    }

    private var readJSON: JSONValue {
        .object([
            .init("trajectories", .number(counts.trajectories)), .init("states", .number(counts.states)),
            .init("inferences", .number(counts.inferences)), .init("profiles", .number(counts.profiles)),
            .init("held_out_profiles", .strings(counts.heldOutProfiles)),
            .init(
                "mended_or_dropped",
                .array(
                    counts.reading.counts.map {
                        .object([
                            .init("what", .string($0.what)), .init("count", .number($0.count)),
                            .init("first_at", .string($0.firstPlace)),
                        ])
                    })),
        ])
    }

    private func json(of file: File) -> JSONValue {
        let rows = rowCounts(of: file)
        return .object(
            [.init("rows", .number(file.rows.count))]
                + TrainingTask.allCases.compactMap { task in rows[task].map { .init(task.rawValue, .number($0)) } })
    }
}

extension RuleCounts {
    fileprivate var json: JSONValue {
        .object([
            .init("candidates", .number(candidates)), .init("dropped_by_privacy", .number(droppedByPrivacy)),
            .init("dropped_by_utility", .number(droppedByUtility)), .init("kept", .number(kept)),
            .init("duplicates", .number(duplicates)),
        ])
    }
}
