import CheckpointIO
import Diagnostics
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
    mutating func saveIfDue(isEnding: Bool) throws(InputError) {
        if isEnding {
            try saveLast()
        } else if step.isMultiple(of: setup.configuration.training.saveSteps) {
            waitForSave()
            saver.begin(save)
        }
        reportSave()
    }

    /// Waits for the save that is being written, where there is one.
    mutating func waitForSave() {
        if !saver.wait(seconds: Self.unremarkableWait) {
            reporter.warn("\(folder.url.path): waiting for the checkpoint before, which is still being written")
            _ = saver.wait()
        }
        reportSave()
    }

    /// Warns where a save has failed since this was asked last.
    private mutating func reportSave() {
        guard let outcome = saver.takeOutcome() else { return }
        lastCheckpoint = outcome.checkpoint ?? lastCheckpoint
        guard let failure = outcome.failure else { return }
        let last = lastCheckpoint.map { "the last checkpoint is \($0.path)" } ?? "there is no checkpoint yet"
        reporter.warn("\(failure); training goes on and is saved at the next save, \(last)")
    }

    private mutating func saveLast() throws(InputError) {
        waitForSave()
        let save = save
        for pause in Self.pauses {
            guard let failure = write(save) else { return }
            reporter.warn("\(failure); trying again in \(pause) s")
            usleep(UInt32(pause * 1e6))
        }
        guard let failure = write(save) else { return }
        throw InputError(
            .tryAgain, at: failure.place,
            "\(failure.message); step \(step) is not saved after \(Self.pauses.count + 1) attempts, "
                + newestWholeCheckpoint())
    }

    /// - Returns: what is not on the disk, and why; nil where everything is.
    private func write(_ save: RunSave) -> InputError? {
        saver.begin(save)
        _ = saver.wait()
        let outcome = saver.takeOutcome()
        return outcome?.failure ?? outcome?.metricsFailure
    }

    /// Says which checkpoint of the folder a run could go on from.
    private func newestWholeCheckpoint() -> String {
        guard let url = (try? store.latest())?.checkpoint?.url else { return "and there is no whole checkpoint" }
        return "the last whole checkpoint is \(url.path)"
    }

    /// Loads exactly this checkpoint.
    ///
    /// - Throws: `InputError`; where it is damaged or missing, with the newest whole one beside it.
    func load(_ url: URL) throws(InputError) -> TrainingState {
        do {
            return try store.load(url)
        } catch {
            let neighbours = CheckpointStore(folder: url.deletingLastPathComponent(), limit: nil)
            guard let whole = (try? neighbours.latest())?.checkpoint?.url else { throw error }
            throw InputError(
                error.exitCode, at: error.place, "\(error.message); the newest whole checkpoint there is \(whole.path)")
        }
    }

    /// Adds a record to the metrics; where it cannot be written, it is kept and training goes on.
    mutating func append(_ record: MetricsRecord) {
        do throws(InputError) {
            try log.append(record)
            isLogFailing = false
        } catch {
            if !isLogFailing {
                reporter.warn("\(error); training goes on, metrics are kept in memory until they can be")
            }
            isLogFailing = true
        }
    }
}
