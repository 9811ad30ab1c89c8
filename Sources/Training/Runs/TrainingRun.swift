import CheckpointIO
import Diagnostics
import Distributed
import Foundation
import Models
import Tensors

/// A training run: steps, evaluation, metrics and checkpoints in one folder, to be stopped and resumed at any time.
public struct TrainingRun {
    /// Where a run begins.
    public enum Start: Sendable, Equatable {
        case fresh
        /// The newest whole checkpoint of the output folder, or the beginning where there is none.
        case latest
        case checkpoint(URL)
    }

    public let setup: RunSetup
    var trainer: Trainer
    /// What evaluations measure; nil for what the steps minimise.
    var evaluationObjective: (any TrainingObjective)?
    /// What rewards are measured from, in a preference run.
    var reference: RunReference?
    var planner: BatchPlanner
    var totals = RunTotals()
    /// Optimizer steps made so far.
    public internal(set) var step = 0
    private let schedule: LearningRateSchedule
    /// What the run writes to; nil on all ranks but 0.
    var files: RunFiles?
    var communicator: any Communicator { setup.communicator }
    private let resumeCommand: String
    var reporter: ProgressReporter

    /// Makes the output folder ready and, where asked, goes back to a checkpoint.
    ///
    /// - Parameter resumeCommand: what a stopped run says it can be resumed with.
    /// - Throws: `InputError`; a checkpoint of another model, adapter, data file or schema is refused, saying which.
    public init(
        _ setup: RunSetup, start: Start, style: ProgressReporter.Style,
        resumeCommand: String = "the same command and --resume"
    ) throws {
        self.setup = setup
        self.resumeCommand = resumeCommand
        let training = setup.configuration.training
        planner = setup.planner
        trainer = Trainer(
            model: setup.model,
            optimizer: AdamW(
                parameters: setup.model.parameters, beta1: training.adamBeta1, beta2: training.adamBeta2,
                epsilon: training.adamEpsilon, weightDecay: training.weightDecay),
            maximumGradientNorm: training.maxGradNorm, seed: UInt64(training.seed), communicator: setup.communicator,
            gradientType: training.gradientDtype)
        schedule = LearningRateSchedule(training, totalSteps: setup.totalSteps)
        // Rank 0 alone speaks and writes.
        let style = setup.communicator.rank == 0 ? style : .silent
        reporter = ProgressReporter(totalSteps: setup.totalSteps, style: style)
        if setup.configuration.method == .dpo, communicator.rank > 0 { reference = try RunReference(followerOf: setup) }
        var moments: SavedMoments?
        try communicator.onRankZero { moments = try begin(start, style) }
        try takeState(moments)
        noteProgress()
    }

    /// What is said where a rank is lost.
    private func noteProgress() {
        communicator.note("the run ends after step \(step); resume with: \(resumeCommand)")
    }

    /// Makes the output folder ready and goes back to the checkpoint, if any.
    ///
    /// - Returns: the optimizer's state in it.
    private mutating func begin(_ start: Start, _ style: ProgressReporter.Style) throws -> SavedMoments? {
        for warning in setup.warnings { reporter.warn(warning) }
        var files = try RunFiles(setup)
        let found = try checkpoint(for: start, in: files)
        if setup.configuration.method == .dpo { reference = try loadReference(found, in: files.folder) }
        var moments: SavedMoments?
        if let (url, state) = found {
            moments = try restore(state, from: url)
            files.lastCheckpoint = url
            reporter = ProgressReporter(totalSteps: setup.totalSteps, firstStep: step, style: style)
            reporter.note("resuming from \(url.path) at step \(step)")
            let folder = files.folder
            let isOwn = url.deletingLastPathComponent().standardizedFileURL == folder.url.standardizedFileURL
            note(movedTo: try isOwn ? folder.setAsideCheckpoints(after: step) : folder.setAsideEarlierRun())
            try files.log.drop(after: step)
        } else {
            note(movedTo: try files.folder.setAsideEarlierRun())
        }
        try files.saver.writeConfig()
        self.files = files
        return moments
    }

    private mutating func note(movedTo earlier: URL?) {
        if let earlier { reporter.note("what an earlier run left here is now in \(earlier.path)") }
    }

    private mutating func checkpoint(
        for start: Start, in files: RunFiles
    ) throws -> (url: URL, state: TrainingState)? {
        switch start {
        case .fresh: return nil
        case .checkpoint(let url): return (url, try files.load(url))
        case .latest:
            let latest = try files.store.latest()
            for warning in latest.warnings { reporter.warn(warning) }
            guard latest.checkpoint != nil || latest.warnings.isEmpty else {
                throw InputError(
                    .data, at: files.folder.url.path,
                    "expected a checkpoint to go on from, found none that can be read and is whole, as said above; "
                        + "without --resume they are set aside")
            }
            if latest.checkpoint == nil {
                reporter.note("no checkpoint in \(files.folder.url.path): starting from the beginning")
            }
            return latest.checkpoint
        }
    }

    /// Runs to the last step, or to the step boundary after a stop signal.
    ///
    /// - Throws: `InputError`; the last checkpoint is whole whatever happens. What the disk refuses is warned of and tried
    ///   again at the next save; only the last save of a run ends it with an error where it cannot be made.
    public mutating func run() throws {
        defer { waitForSave() }
        guard try prepareObjectives() else {
            reporter.finish("stopped before step \(step + 1); resume with: \(resumeCommand)")
            return
        }
        if step == 0, setup.evaluationRows != nil {
            record(MetricsRecord(step: 0, epoch: 0, evaluation: try evaluate()))
        }
        let firstStep = step
        while step < setup.totalSteps {
            let planned = planner.nextStep()
            let isAskedToStop = try takeStep(planned)
            let isLast = step == setup.totalSteps
            // Asked once: a signal between saving and returning must not end the run with its last step unsaved.
            let isStopping = isAskedToStop && !isLast
            try saveIfDue(isEnding: isLast || isStopping)
            if isStopping {
                reporter.finish("stopped at step \(step); resume with: \(resumeCommand)")
                return
            }
        }
        // A run may have been killed between its last checkpoint and the adapter.
        if step == firstStep { try saveIfDue(isEnding: true) }
        if let files { reporter.finish("adapter: \(files.folder.adapter.path)") }
    }

    /// - Returns: whether a stop signal has come, on any rank.
    private mutating func takeStep(_ planned: PlannedStep) throws -> Bool {
        let training = setup.configuration.training
        let began = ContinuousClock.now
        let streams = setup.streams(of: planned)
        let result: StepResult
        do {
            result = try communicator.working { () throws(StepFailure) in
                try trainer.step(
                    streams, learningRate: schedule.learningRate(at: step),
                    isAskedToStop: StopSignal.signal != nil)
            }
        } catch {
            throw communicator.common(failure(error, in: planned))
        }
        step += 1
        noteProgress()
        totals.add(result)
        let isEvaluated =
            setup.evaluationRows != nil
            && (step == setup.totalSteps || training.evalSteps.map { step.isMultiple(of: $0) } ?? false)
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let measured = MetricsRecord.Training(
            loss: result.loss, gradNorm: result.gradientNorm, learningRate: result.learningRate,
            numLossTokens: result.lossTokenCount, numTokens: result.tokenCount,
            tokensComputed: result.computedTokenCount,
            tokensPerSecond: Double(result.tokenCount) / seconds, peakMemoryBytes: MemoryUsage().peakResidentBytes)
        let isLogged = step.isMultiple(of: training.loggingSteps) || isEvaluated || step == setup.totalSteps
        let record = MetricsRecord(
            step: step, epoch: planner.epochs(at: planned.next), training: measured, preference: result.preference,
            evaluation: isEvaluated ? try evaluate() : nil)
        if isLogged { self.record(record) } else { reporter.report(record, isLogged: false) }
        return result.isAskedToStop
    }

    private mutating func record(_ record: MetricsRecord) {
        append(record)
        reporter.report(record)
    }

    private func evaluate() throws -> ObjectiveMeasures {
        let measures = communicator.working {
            trainer.evaluate(setup.evaluationStreams!, by: evaluationObjective)
        }
        guard measures.loss.isFinite else {
            throw communicator.common(
                InputError(
                    .data, at: setup.configuration.data.eval ?? "",
                    "expected a finite eval_loss after step \(step), found \(measures.loss)"))
        }
        return measures
    }

    private mutating func failure(_ failure: StepFailure, in planned: PlannedStep) -> InputError {
        switch failure {
        case .nonFinite(let quantity, let value):
            reporter.warn(
                nonFiniteReport(
                    quantity, value: value, step: step + 1, microBatches: planned.microBatches,
                    of: setup.trainingRows))
            return InputError(
                .data, at: setup.configuration.data.train,
                "expected a finite \(quantity) in step \(step + 1), found \(value); the rows of the step are listed above"
            )
        case .noGradient(let module):
            return InputError(
                .internalFault, at: "\(module).lora_B",
                "expected a gradient in the first step, found none: the adapter takes no part in the loss")
        }
    }
}

/// What a run has worked through so far.
struct RunTotals: Sendable, Equatable {
    var tokens = 0
    var lossTokens = 0

    mutating func add(_ result: StepResult) {
        tokens += result.tokenCount
        lossTokens += result.lossTokenCount
    }
}
