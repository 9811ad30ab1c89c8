import Diagnostics

/// Joins the files' texts by their ids.
struct EvaluationSetBuilder {
    let files: EvaluationFiles
    var report = ReadingReport()
    private var runs: [[Trajectory]] = []
    private var baselines: [(name: String, path: String, versions: [String: EvaluationSet.Version])] = []
    private var gold: [String: SourceText]?

    init(_ files: EvaluationFiles) throws(InputError) {
        self.files = files
        for path in files.results {
            let (trajectories, report) = try TrajectoryReader(path: path).trajectories()
            self.report.add(report)
            try Self.requireDistinct(trajectories.map(\.id), path)
            runs.append(trajectories)
        }
        for (name, path) in files.baselines { baselines.append((name, path, try versions(path))) }
        if let path = files.gold {
            let (texts, report) = try SourceReader(path: path).texts()
            self.report.add(report)
            gold = Dictionary(texts.map { ($0.id, $0) }) { first, _ in first }
        }
    }

    private static func requireDistinct(_ ids: [String], _ path: String) throws(InputError) {
        var seen: Set<String> = []
        for id in ids where !seen.insert(id).inserted {
            throw InputError(.data, at: path, "expected every id once, found \(quoted(id)) again")
        }
    }

    private mutating func versions(_ path: String) throws(InputError) -> [String: EvaluationSet.Version] {
        let reader = try SourceReader(path: path)
        if reader.format == .trajectories {
            let (trajectories, report) = try TrajectoryReader(path: path).trajectories()
            self.report.add(report)
            try Self.requireDistinct(trajectories.map(\.id), path)
            return Dictionary(
                uniqueKeysWithValues: trajectories.map { ($0.id, .init($0.states[$0.states.count - 1])) })
        }
        let (texts, report) = try reader.texts()
        self.report.add(report)
        return Dictionary(texts.map { ($0.id, .init(text: $0.text)) }) { first, _ in first }
    }

    mutating func set() throws(InputError) -> EvaluationSet {
        let byID = runs.map { Dictionary($0.map { ($0.id, $0) }) { first, _ in first } }
        var texts: [EvaluationSet.Text] = []
        for trajectory in runs[0] {
            if let text = try text(trajectory, byID) { texts.append(text) }
        }
        guard !texts.isEmpty else {
            throw InputError(
                .data, at: files.results[0],
                "expected texts that all files have, found none: \(report.lines.joined(separator: "; "))")
        }
        let ids = texts.map(\.id)
        let states = byID.map { run in ids.map { run[$0]?.states ?? [] } }
        let last = states.joined().map { $0.count - 1 }.max() ?? 0
        let originals = states[0].map { EvaluationSet.Version($0[0]) }
        var methods: [EvaluationSet.Method] = [
            .init(name: "Original", kind: .original, runs: [originals]),
            .init(name: EvaluationSet.identityName, kind: .baseline, runs: [originals]),
        ]
        if texts.allSatisfy({ $0.spans != nil }) {
            let masked = texts.map { EvaluationSet.Version(text: MaskedText.mask($0.original, $0.spans ?? [])) }
            methods.append(.init(name: "Gold spans masked", kind: .baseline, runs: [masked]))
        }
        for baseline in baselines {
            let versions = ids.compactMap { baseline.versions[$0] }
            methods.append(.init(name: baseline.name, kind: .baseline, runs: [versions]))
        }
        for iteration in stride(from: 1, through: last, by: 1) {
            let versions = states.map { run in run.map { EvaluationSet.Version($0[min(iteration, $0.count - 1)]) } }
            methods.append(.init(name: "Iteration \(iteration)", kind: .iteration, runs: versions))
        }
        return EvaluationSet(texts: texts, methods: methods)
    }

    /// The text with what is known about it; nil where a file lacks it.
    private mutating func text(
        _ trajectory: Trajectory, _ runs: [[String: Trajectory]]
    ) throws(InputError) -> EvaluationSet.Text? {
        let id = trajectory.id
        let place = "\(files.results[0]): text \(quoted(id))"
        let original = trajectory.states[0].text
        for (path, run) in zip(files.results, runs).dropFirst() {
            guard let other = run[id] else { return leaveOut(place, missingIn: path) }
            guard other.states[0].text == original else {
                throw InputError(
                    .data, at: path,
                    "expected the same original of text \(quoted(id)) as in \(files.results[0]), found another")
            }
        }
        for baseline in baselines where baseline.versions[id] == nil {
            return leaveOut(place, missingIn: baseline.path)
        }
        var text = EvaluationSet.Text(
            id: id, profile: trajectory.profile, original: original, truth: trajectory.truth)
        if let gold, let path = files.gold {
            guard let known = gold[id] else { return leaveOut(place, missingIn: path) }
            guard known.text == original else {
                throw InputError(
                    .data, at: path, "expected the same text \(quoted(id)) as in \(files.results[0]), found another")
            }
            text.spans = known.spans
            if !known.truth.isEmpty || known.labels != nil {
                text.truth = known.labelledTruth(certainty: files.certainty)
                text.profile = known.profile
            }
        }
        for (attribute, value) in text.truth.sorted(by: { $0.key < $1.key })
        where !GuessRule.canCompare(attribute, truth: value) {
            report.note("true value of \(attribute.rawValue) left out: no guess can be compared with it", at: place)
            text.truth[attribute] = nil
        }
        return text
    }

    private mutating func leaveOut(_ place: String, missingIn path: String) -> EvaluationSet.Text? {
        report.note("text left out: \(path) lacks it", at: place)
        return nil
    }
}
