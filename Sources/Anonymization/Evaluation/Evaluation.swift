import ChatEndpoints
import Diagnostics
import Foundation
import Training

/// What `signet evaluate` does: files in, a report out.
public struct Evaluation: Sendable {
    private let set: EvaluationSet
    private let reading: ReadingReport
    private let evaluator: Evaluator
    private let bootstrap: Bootstrap
    private let modelNotes: [String]
    /// What has been asked of endpoints, and what it cost.
    public let usage: UsageReport

    /// Reads the files and makes the models.
    ///
    /// - Parameters:
    ///   - models: who infers, judges and compares; nil takes the files' word.
    ///   - environment: the variables of which some hold keys.
    /// - Throws: `InputError` as the readers of the files do, and what is wrong with an endpoint's config, its key or a
    ///   model's files.
    public init(
        _ files: EvaluationFiles, models: EvaluationModels?, bootstrap: Bootstrap = Bootstrap(),
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        (set, reading) = try EvaluationSet.read(files)
        self.bootstrap = bootstrap
        guard let models else {
            evaluator = Evaluator()
            modelNotes = ["Inferences and judgements are those of the files."]
            usage = UsageReport([])
            return
        }
        var maker = RoleModels(cache: try ReplyCache(URL(fileURLWithPath: models.replies)), environment: environment)
        var notes: [String] = []
        func player(_ role: RoleConfiguration?, _ name: String, without: String) throws -> RolePlayer? {
            guard let role else {
                notes.append(without)
                return nil
            }
            let model = try maker.model(role, name: name)
            notes.append("The \(name) is \(model.name).")
            return RolePlayer(model, request: role.request, parseRetries: models.parseRetries)
        }
        let adversary = try player(models.adversary, "adversary", without: "Inferences are those of the files.")
        let judge = try player(models.judge, "judge", without: "Judgements are those of the files.")
        let equalityJudge = try player(
            models.equalityJudge, "equality judge", without: "Guesses are compared by rules alone.")
        evaluator = Evaluator(
            adversary: adversary, judge: judge, equalityJudge: equalityJudge, concurrency: maker.concurrency)
        modelNotes = notes
        usage = UsageReport(maker.endpoints)
    }

    /// - Parameter style: how progress is shown, on standard error.
    /// - Throws: what the models throw; `CancellationError`. Begun again, nothing that was answered is asked again.
    public func report(style: ProgressReporter.Style = .quiet) async throws -> EvaluationReport {
        var reading = reading
        var shown = ShownProgress(style: style, usage: usage)
        defer { shown.end() }
        let (scores, evaluating) = try await evaluator.scores(of: set) { shown.show($0) }
        reading.add(evaluating)
        guard !scores.texts.isEmpty else {
            throw InputError(
                .data, at: "evaluation",
                "expected texts that can be scored, found none: \(reading.lines.joined(separator: "; "))")
        }
        return EvaluationReport(scores, bootstrap: bootstrap, notes: modelNotes + reading.lines)
    }
}

/// One bar after the other: how many comparisons there are is known only behind the inferences.
private struct ShownProgress {
    let style: ProgressReporter.Style
    let usage: UsageReport
    private var current: (work: EvaluationProgress.Work, reporter: ProgressReporter)?

    init(style: ProgressReporter.Style, usage: UsageReport) {
        self.style = style
        self.usage = usage
    }

    mutating func show(_ progress: EvaluationProgress) {
        if current?.work != progress.work {
            end()
            let reporter = ProgressReporter(
                totalSteps: progress.asked, firstStep: progress.answered, style: style, on: .standardError)
            current = (progress.work, reporter)
        }
        let parts = [progress.work.rawValue] + usage.progress
        current?.reporter.reportPercent(step: progress.answered, parts.joined(separator: "  "))
    }

    mutating func end() { current?.reporter.endBar() }
}
