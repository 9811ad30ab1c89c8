import Diagnostics

/// What one run has made of its texts, as a file of results holds it.
struct EvaluationRun {
    struct Text {
        var id: String
        /// Nil where the file does not name the author.
        var profile: String?
        var truth: [Attribute: String] = [:]
        /// Nil where the file holds masked texts alone.
        var original: EvaluationSet.Version?
        /// The text after each iteration.
        var versions: [EvaluationSet.Version]
    }

    let path: String
    let texts: [Text]
    /// Whether the file holds masked texts without their originals.
    let isMasked: Bool
    let byID: [String: Text]
    /// What reading mended and dropped.
    let report: ReadingReport

    /// - Throws: `InputError` as the readers do, and with `.data` for an id that comes twice.
    init(contentsOf path: String) throws(InputError) {
        self.path = path
        isMasked = try JSONRows.firstObject(of: path).flatMap(MaskedRow.init) != nil
        if isMasked {
            texts = try MaskedRow.all(in: path).enumerated().map { index, row in
                Text(id: row.id ?? "\(index + 1)", versions: [EvaluationSet.Version(row)])
            }
            report = ReadingReport()
        } else {
            let (trajectories, report) = try TrajectoryReader(path: path).trajectories()
            texts = trajectories.map(Text.init)
            self.report = report
        }
        var byID: [String: Text] = [:]
        for text in texts where byID.updateValue(text, forKey: text.id) != nil {
            throw InputError(.data, at: path, "expected every id once, found \(quoted(text.id)) again")
        }
        self.byID = byID
    }

    /// The last version of every text, by id.
    var last: [String: EvaluationSet.Version] {
        byID.compactMapValues { $0.versions.last ?? $0.original }
    }
}

extension EvaluationRun.Text {
    init(_ trajectory: Trajectory) {
        let versions = trajectory.states.map { EvaluationSet.Version($0) }
        self.init(
            id: trajectory.id, profile: trajectory.profile, truth: trajectory.truth, original: versions[0],
            versions: Array(versions.dropFirst()))
    }
}

extension EvaluationSet.Version {
    init(_ row: MaskedRow) { self.init(text: row.text, masks: row.spans) }
}
