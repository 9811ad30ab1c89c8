import Diagnostics
import Files

/// Writes the records of a run in the order of its texts, whichever is ready first.
struct DistillationWriter {
    private let trajectories: RecordFile
    private let failures: RecordFile
    private var ready: [Int: (Work, SourceText)] = [:]
    private var next = 0

    /// What has been handed over so far.
    var outcome = DistillationRun.Outcome()

    init(_ folder: DistillationFolder) throws(InputError) {
        trajectories = try RecordFile(folder.trajectories)
        failures = try RecordFile(folder.failures)
    }

    /// The texts whose records an earlier run has written.
    var existingCount: Int { trajectories.existingCount + failures.existingCount }

    /// Takes what became of a text.
    mutating func add(_ work: Work, _ source: SourceText) throws(InputError) {
        switch work.result {
        case .success(let trajectory):
            outcome.trajectories += 1
            outcome.states += trajectory.states.count
        case .failure: outcome.setAside += 1
        }
        ready[work.index] = (work, source)
        while let (work, source) = ready.removeValue(forKey: next) {
            switch work.result {
            case .success(let trajectory): try trajectories.append(trajectory.jsonLine)
            case .failure(let setAside): try failures.append(setAside.jsonLine(source))
            }
            next += 1
        }
    }

    /// Says that all texts have been handed over.
    func finish() throws(InputError) {
        try trajectories.finish()
        try failures.finish()
    }
}

extension TeacherLoop.SetAside {
    /// The text as `SourceReader` reads it, and why it was set aside.
    fileprivate func jsonLine(_ source: SourceText) -> String {
        let truth = source.truth.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key.fileKey, .string($0.value)) }
        return JSONValue.object([
            .init("id", .string(source.id)), .init("author", .string(source.profile)), .init("truth", .object(truth)),
            .init("text", .string(source.text)), .init("role", .string(role.rawValue)), .init("round", .number(round)),
            .init("reason", .string(reason)),
        ]).compactText
    }
}
