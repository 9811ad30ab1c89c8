import CheckpointIO
import Diagnostics
import Foundation

/// What a run writes to.
struct RunFiles {
    let folder: RunFolder
    let store: CheckpointStore
    let log: MetricsLog
    let saver: RunSaver
    /// The checkpoint last written or gone on from.
    var lastCheckpoint: URL?

    /// Makes the output folder ready and removes what killed runs have left of files half written.
    ///
    /// - Throws: `InputError(.tryAgain)` where the folder cannot be made, or another process runs in it.
    init(_ setup: RunSetup) throws(InputError) {
        folder = try RunFolder(path: setup.configuration.outputDir)
        try folder.removeLeftovers()
        store = CheckpointStore(folder: folder.url, limit: setup.configuration.training.saveTotalLimit)
        log = MetricsLog(path: folder.metrics.path)
        saver = RunSaver(setup, folder: folder, store: store, log: log)
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

    /// Writes a save and waits for it.
    func write(_ save: RunSave) -> RunSaveOutcome {
        saver.begin(save)
        _ = saver.wait()
        return saver.takeOutcome() ?? RunSaveOutcome()
    }

    /// Says which checkpoint of the folder a run could go on from.
    func newestWholeCheckpoint() -> String {
        guard let url = (try? store.latest())?.checkpoint?.url else { return "and there is no whole checkpoint" }
        return "the last whole checkpoint is \(url.path)"
    }
}
