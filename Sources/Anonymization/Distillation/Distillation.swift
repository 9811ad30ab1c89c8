import ChatEndpoints
import Diagnostics
import Foundation
import Training

/// What `signet distill` does: a config in, a folder of trajectories out.
public struct Distillation: Sendable {
    private let configuration: DistillConfiguration
    private let folder: DistillationFolder
    private let texts: [SourceText]
    private let reading: ReadingReport
    private let models: DistillationModels
    private let style: ProgressReporter.Style

    /// Reads the texts, makes the output folder ready, and the models.
    ///
    /// - Parameters:
    ///   - style: how progress is shown; no text, answer or key ever is.
    ///   - environment: the variables of which some hold keys.
    /// - Throws: `InputError`: `.config` for a config that is wrong or not that of the run in the folder, `.data` for
    ///   texts or a journal that are, `.missingFile`, `.tryAgain` where another process uses the folder.
    public init(
        _ configuration: DistillConfiguration, style: ProgressReporter.Style,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        self.configuration = configuration
        self.style = style
        let (texts, reading) = try SourceReader(path: configuration.texts).texts()
        // A trajectory has no labels beside its truth, so its truth is what the text gives away.
        self.texts = texts.map { text in
            var text = text
            text.truth = text.labelledTruth(certainty: configuration.certainty)
            return text
        }
        self.reading = reading
        folder = try DistillationFolder(path: configuration.outputDir)
        let cache = try ReplyCache(folder.replies)
        try folder.keep(configuration)
        models = try DistillationModels(configuration, cache: cache, environment: environment)
    }

    /// Runs to the last text, or until `StopSignal` has one.
    ///
    /// - Returns: how it ended and what is there.
    /// - Throws: `InputError`: `.data` where every text was set aside, `.tryAgain` where an endpoint does not answer or a
    ///   file cannot be written, `.config` where an endpoint refuses its settings. Begun again, the run goes on.
    public func run() async throws -> DistillationRun.Outcome {
        let writer = try DistillationWriter(folder)
        var reporter = ProgressReporter(totalSteps: texts.count, firstStep: writer.existingCount, style: style)
        for line in reading.lines { reporter.warn(line) }
        let run = DistillationRun(
            loop, texts: texts, concurrentTexts: models.concurrentTexts, isStopping: { StopSignal.signal != nil })
        let report = DistillationReport(usage: UsageReport(models.endpoints), folder: folder)
        let outcome = try await run.run(writer) { outcome in
            reporter.reportPercent(step: outcome.trajectories + outcome.setAside, report.progress(outcome))
        }
        for line in report.lines(outcome) { reporter.finish(line) }
        if outcome.end == .finished, outcome.trajectories == 0 {
            throw InputError(
                .data, at: folder.failures.path,
                "expected trajectories, found none: every text was set aside, with the reason beside it")
        }
        return outcome
    }

    private var loop: TeacherLoop {
        func player(_ model: any ChatModel, _ role: RoleConfiguration) -> RolePlayer {
            RolePlayer(model, request: role.request, parseRetries: configuration.parseRetries)
        }
        return TeacherLoop(
            anonymizer: player(models.anonymizer, configuration.anonymizer),
            adversary: player(models.adversary, configuration.adversary),
            judge: player(models.judge, configuration.judge), rounds: configuration.rounds,
            certainty: configuration.certainty, protecting: Set(configuration.protect))
    }
}
