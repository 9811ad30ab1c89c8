import Diagnostics

/// Joins the files' texts by their ids.
struct EvaluationSetBuilder {
    let files: EvaluationFiles
    var report = ReadingReport()
    private let runs: [EvaluationRun]
    private var baselines: [(name: String, path: String, versions: [String: EvaluationSet.Version])] = []
    private var gold: [String: SourceText]?

    init(_ files: EvaluationFiles) throws(InputError) {
        self.files = files
        var runs: [EvaluationRun] = []
        for path in files.results {
            let run = try EvaluationRun(contentsOf: path)
            guard run.isMasked == runs.first?.isMasked ?? run.isMasked else {
                throw InputError(
                    .data, at: path,
                    "expected \(run.isMasked ? "rewritten" : "masked") texts as in \(files.results[0]), found "
                        + "\(run.isMasked ? "masked" : "rewritten") ones")
            }
            report.add(run.report)
            runs.append(run)
        }
        self.runs = runs
        for (name, path) in files.baselines { baselines.append((name, path, try versions(path))) }
        if let path = files.gold {
            let (texts, report) = try SourceReader(path: path).texts()
            self.report.add(report)
            gold = Dictionary(texts.map { ($0.id, $0) }) { first, _ in first }
        } else if runs[0].isMasked {
            throw InputError(
                .data, at: runs[0].path, "expected gold texts (--gold) with the originals of masked texts, found none")
        }
    }

    private mutating func versions(_ path: String) throws(InputError) -> [String: EvaluationSet.Version] {
        let reader = try SourceReader(path: path)
        if [.trajectories, .masked].contains(reader.format) {
            let run = try EvaluationRun(contentsOf: path)
            report.add(run.report)
            return run.last
        }
        let (texts, report) = try reader.texts()
        self.report.add(report)
        return Dictionary(texts.map { ($0.id, .init(text: $0.text)) }) { first, _ in first }
    }

    mutating func set() throws(InputError) -> EvaluationSet {
        var texts: [EvaluationSet.Text] = []
        for text in runs[0].texts {
            if let text = try known(text) { texts.append(text) }
        }
        guard !texts.isEmpty else {
            throw InputError(
                .data, at: files.results[0],
                "expected texts that all files have, found none: \(report.lines.joined(separator: "; "))")
        }
        return EvaluationSet(texts: texts, methods: methods(texts))
    }

    private func methods(_ texts: [EvaluationSet.Text]) -> [EvaluationSet.Method] {
        let results = runs.map { run in texts.compactMap { run.byID[$0.id] } }
        let originals = results.map { run in
            zip(texts, run).map { text, result in
                result.original ?? EvaluationSet.Version(text: text.original, judgement: .original)
            }
        }
        var methods: [EvaluationSet.Method] = [
            .init(name: "Original", kind: .original, runs: originals),
            .init(name: EvaluationSet.identityName, kind: .baseline, runs: originals),
        ]
        if texts.allSatisfy({ $0.spans != nil }) {
            let masked = texts.map { text in
                let masks = MaskedText.masks(text.original, text.spans ?? [])
                return EvaluationSet.Version(text: MaskedText.mask(text.original, masks), masks: masks)
            }
            methods.append(.init(name: "Gold spans masked", kind: .baseline, runs: [masked]))
        }
        for baseline in baselines {
            let versions = texts.compactMap { baseline.versions[$0.id] }
            methods.append(.init(name: baseline.name, kind: .baseline, runs: [versions]))
        }
        let last = results.joined().map(\.versions.count).max() ?? 0
        for iteration in stride(from: 1, through: last, by: 1) {
            let versions = zip(results, originals).map { run, originals in
                zip(run, originals).map { result, original in
                    result.versions.prefix(iteration).last ?? result.original ?? original
                }
            }
            let name = runs[0].isMasked ? "Masked" : "Iteration \(iteration)"
            methods.append(.init(name: name, kind: .iteration, runs: versions))
        }
        return methods
    }

    /// The text with what is known about it; nil where a file lacks it.
    private mutating func known(_ text: EvaluationRun.Text) throws(InputError) -> EvaluationSet.Text? {
        let place = "\(files.results[0]): text \(quoted(text.id))"
        for run in runs where run.byID[text.id] == nil { return leaveOut(place, missingIn: run.path) }
        for baseline in baselines where baseline.versions[text.id] == nil {
            return leaveOut(place, missingIn: baseline.path)
        }
        let source = gold?[text.id]
        if let path = files.gold, source == nil { return leaveOut(place, missingIn: path) }
        guard let original = text.original?.text ?? source?.text else { return nil }
        try requireSame(original, text.id)
        var known = EvaluationSet.Text(
            id: text.id, profile: text.profile ?? source?.profile ?? text.id, original: original, truth: text.truth,
            spans: source?.spans)
        if let source, !source.truth.isEmpty || source.labels != nil {
            known.truth = source.labelledTruth(certainty: files.certainty)
            known.profile = source.profile
        }
        for (attribute, value) in known.truth.sorted(by: { $0.key < $1.key })
        where !GuessRule.canCompare(attribute, truth: value) {
            report.note("true value of \(attribute.rawValue) left out: no guess can be compared with it", at: place)
            known.truth[attribute] = nil
        }
        return known
    }

    /// - Throws: `InputError(.data)` naming the file that has another original under the id.
    private func requireSame(_ original: String, _ id: String) throws(InputError) {
        for run in runs {
            guard let text = run.byID[id] else { continue }
            let isSame =
                text.original.map { $0.text == original }
                ?? text.versions.allSatisfy { MaskedText.mask(original, $0.masks ?? []) == $0.text }
            guard !isSame else { continue }
            throw InputError(
                .data, at: run.path,
                "expected the same original of text \(quoted(id)) as in "
                    + "\(run.isMasked ? files.gold ?? run.path : files.results[0]), found another")
        }
        if let path = files.gold, let source = gold?[id], source.text != original {
            throw InputError(
                .data, at: path, "expected the same text \(quoted(id)) as in \(files.results[0]), found another")
        }
    }

    private mutating func leaveOut(_ place: String, missingIn path: String) -> EvaluationSet.Text? {
        report.note("text left out: \(path) lacks it", at: place)
        return nil
    }
}
