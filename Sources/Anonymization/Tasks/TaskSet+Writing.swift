import Diagnostics
import Files
import Foundation
import Training

extension TaskSet {
    /// Writes `sft.jsonl`, `dpo.jsonl`, `sft-eval.jsonl`, `dpo-eval.jsonl`, `texts-eval.jsonl` and `counts.json`, in place of
    /// what stood there.
    ///
    /// All files are there each time, empty ones too, so that none of an earlier run stays beside those of this one.
    ///
    /// - Parameter folder: made where there is none.
    /// - Throws: `InputError(.tryAgain)` naming the file that cannot be written.
    public func write(to folder: URL) throws(InputError) {
        try Folder.create(folder)
        let contents = files.map { ($0.name, $0.rows.map(\.json)) } + [(Self.heldOutName, heldOutTexts.map(\.json))]
        for (name, objects) in contents {
            let lines = objects.map { $0.compactText + "\n" }.joined()
            try AtomicFile.write(Array(lines.utf8), to: folder.appendingPathComponent(name).path)
        }
        try AtomicFile.write(
            Array(countsJSON.prettyText.utf8), to: folder.appendingPathComponent("counts.json").path)
    }

    /// What was read and made, line by line, for a person.
    public var summary: [String] {
        var lines = [
            "read: \(counts.trajectories) trajectories of \(counts.profiles) profiles, \(counts.states) states, "
                + "\(counts.inferences) inferences"
        ]
        lines += counts.reading.lines.map { "  \($0)" }
        lines.append(
            "held out: " + (counts.heldOutProfiles.isEmpty ? "no profile" : "\(counts.heldOutProfiles.count) profiles"))
        for task in TrainingTask.allCases {
            let rule = counts.rule(task)
            let drops =
                task == .anonymize || task == .prefer
                ? "\(rule.droppedByPrivacy) dropped by the privacy rule, \(rule.droppedByUtility) by the utility rule, "
                : ""
            lines.append(
                "\(task.rawValue): \(rule.candidates) candidates, \(drops)\(rule.kept) kept, \(rule.duplicates) of them "
                    + "equal to others")
        }
        return lines
            + files.map { file in
                let rows = rowCounts(of: file)
                let parts = TrainingTask.allCases.compactMap { task in rows[task].map { "\($0) \(task.rawValue)" } }
                return "\(file.name): \(file.rows.count) rows"
                    + (parts.count > 1 ? " (\(parts.joined(separator: ", ")))" : "")
            } + ["\(Self.heldOutName): \(heldOutTexts.count) texts"]
    }

    private static let heldOutName = "texts-eval.jsonl"
}

extension SourceText {
    /// The text as `SourceReader` reads it, with what is true of its author.
    fileprivate var json: JSONValue {
        .object([
            .init("id", .string(id)), .init("profile", .string(profile)), .init("text", .string(text)),
            .init("truth", .truth(truth)),
        ])
    }
}
