import Diagnostics
import Distributed
import Foundation

extension TrainingRun {
    /// Seconds before the last save of a run is tried again.
    private static let pauses = [0.5, 1, 2, 4]

    /// Seconds of waiting for the disk that nobody has to be told of.
    private static let unremarkableWait = 10.0

    /// Saves at a step boundary where it is time to.
    ///
    /// Between the steps of a run the state is only copied, and written while training goes on. A save that comes before
    /// the one before it is on the disk waits for that: what checkpoints a run leaves depends on no disk's speed, and no
    /// more than one copy is ever in memory. One that has failed is warned of, and the next writes what it would have.
    ///
    /// - Parameter isEnding: whether the run ends here: then the state is on the disk on return, or it is an error.
    mutating func saveIfDue(isEnding: Bool) throws {
        defer { reportSave() }
        guard isEnding || step.isMultiple(of: setup.configuration.training.saveSteps) else { return }
        waitForSave()
        let moments = collectMoments()
        guard isEnding else {
            if let files, let moments { files.saver.begin(save(moments)) }
            return
        }
        try communicator.onRankZero {
            if let files, let moments { try saveLast(save(moments), to: files) }
        }
    }

    /// Waits for the save that is being written, where there is one.
    mutating func waitForSave() {
        guard let files else { return }
        if !files.saver.wait(seconds: Self.unremarkableWait) {
            reporter.warn(
                "\(files.folder.url.path): waiting for the disk, what was saved before is still being written")
            _ = files.saver.wait()
        }
        reportSave()
    }

    /// Warns where a save or the metrics have failed since this was asked last.
    private mutating func reportSave() {
        reportLogFailure()
        guard let outcome = files?.saver.takeOutcome() else { return }
        if let checkpoint = outcome.checkpoint { files?.lastCheckpoint = checkpoint }
        if let failure = outcome.metricsFailure {
            reporter.warn("\(failure); metrics of the last steps may not be on the disk yet, the next save tries again")
        }
        guard let failure = outcome.failure else { return }
        let last = files?.lastCheckpoint.map { "the last checkpoint is \($0.path)" } ?? "there is no checkpoint yet"
        reporter.warn("\(failure); training goes on and is saved at the next save, \(last)")
    }

    private mutating func saveLast(_ save: RunSave, to files: RunFiles) throws(InputError) {
        var outcome = files.write(save)
        for pause in Self.pauses {
            guard let failure = outcome.anyFailure else { return }
            reporter.warn("\(failure); trying again in \(pause) s")
            usleep(UInt32(pause * 1e6))
            outcome = files.write(save)
        }
        let attempts = "after \(Self.pauses.count + 1) attempts"
        if let failure = outcome.failure {
            throw InputError(
                .tryAgain, at: failure.place,
                "\(failure.message); step \(step) is not saved \(attempts), " + files.newestWholeCheckpoint())
        }
        if let failure = outcome.metricsFailure {
            throw InputError(
                .tryAgain, at: failure.place,
                "\(failure.message) \(attempts); step \(step) itself is saved, and so is the adapter")
        }
    }

    /// Adds a record to the metrics; where they cannot be written, training goes on.
    mutating func append(_ record: MetricsRecord) {
        files?.saver.append(record)
        reportLogFailure()
    }

    private mutating func reportLogFailure() {
        guard let failure = files?.saver.takeLogFailure() else { return }
        reporter.warn("\(failure); training goes on, metrics are kept in memory until they can be")
    }
}
