import CheckpointIO
import Diagnostics
import Dispatch
import Files
import Foundation
import Layers
import Models
import Synchronization

/// What a save writes: copies of everything.
struct RunSave: Sendable {
    let state: TrainingState
    let adapter: [PEFTAdapter.Weights]
    let reference: RunReference?
}

/// Writes the saves of a run and its metrics on threads of their own, so that training does not wait for the disk.
///
/// First come what metrics are still in memory and the new checkpoint, then the adapter, and only then older checkpoints
/// go. Whatever fails, and wherever the process ends, a whole checkpoint is there: the last one or the new one. What has
/// vanished of the folder is made again.
final class RunSaver: Sendable {
    private let folder: RunFolder
    private let store: CheckpointStore
    private let log: MetricsLog
    private let lora: LoRAConfiguration
    private let baseModel: String
    private let config: [UInt8]

    private let hasStoredReference = Mutex(false)
    private let queue = DispatchQueue(label: "signet.saves")
    private let unfinished = DispatchGroup()
    private let outcome = Mutex<RunSaveOutcome?>(nil)

    private let lines = DispatchQueue(label: "signet.metrics")
    private let logging = Mutex(Logging())

    private struct Logging {
        /// Whether the last record could not be written.
        var isFailing = false
        /// Why records cannot be written, until somebody has asked.
        var news: InputError?
    }

    init(_ setup: RunSetup, folder: RunFolder, store: CheckpointStore, log: MetricsLog) {
        self.folder = folder
        self.store = store
        self.log = log
        lora = setup.lora
        baseModel = setup.configuration.model.path
        config = Array(setup.configuration.resolvedJSON.utf8)
    }

    /// Begins to write a save; the one before has been waited for.
    func begin(_ save: RunSave) {
        queue.async(group: unfinished) { [self] in
            let outcome = write(save)
            self.outcome.withLock { $0 = outcome }
        }
    }

    /// Adds a record to the metrics; where it cannot be written, it is kept and comes before the next one.
    func append(_ record: MetricsRecord) {
        lines.async(group: unfinished) { [self] in
            let failure = failure { () throws(InputError) in try log.append(record) }
            logging.withLock { logging in
                if let failure, !logging.isFailing { logging.news = failure }
                logging.isFailing = failure != nil
            }
        }
    }

    /// Why metrics cannot be written, once for each time that it begins.
    func takeLogFailure() -> InputError? {
        logging.withLock { logging in
            defer { logging.news = nil }
            return logging.news
        }
    }

    /// Waits for what is being written, where there is something.
    ///
    /// - Returns: whether it is done.
    func wait(seconds: Double = .infinity) -> Bool {
        unfinished.wait(timeout: seconds.isFinite ? .now() + seconds : .distantFuture) == .success
    }

    /// How the last save went that has been written since this was asked last.
    func takeOutcome() -> RunSaveOutcome? {
        outcome.withLock { outcome in
            defer { outcome = nil }
            return outcome
        }
    }

    /// Writes the run's config where it is not there.
    func writeConfig() throws(InputError) {
        try AtomicFile.write(config, to: folder.config.path)
    }

    private func write(_ save: RunSave) -> RunSaveOutcome {
        var outcome = RunSaveOutcome()
        do throws(InputError) {
            try folder.renew()
            try? folder.removeLeftovers()
            lines.sync {}
            outcome.metricsFailure = failure { () throws(InputError) in try log.flush() }
            if outcome.metricsFailure == nil { logging.withLock { $0 = Logging() } }
            outcome.checkpoint = try store.write(save.state)
            try writeAdapter(save.adapter)
            try writeWhatIsMissing(save.reference)
            store.prune(savedStep: save.state.step)
        } catch {
            outcome.failure = error
        }
        return outcome
    }

    private func writeAdapter(_ weights: [PEFTAdapter.Weights]) throws(InputError) {
        do {
            try PEFTAdapter.save(weights, configuration: lora, baseModel: baseModel, to: folder.adapter)
        } catch let error as InputError {
            throw error
        } catch {
            throw InputError(.internalFault, at: folder.adapter.path, "could not be written: \(error)")
        }
    }

    private func writeWhatIsMissing(_ reference: RunReference?) throws(InputError) {
        if !FileManager.default.fileExists(atPath: folder.config.path) { try writeConfig() }
        guard var reference else { return }
        try reference.store(in: folder.url, onlyWhereMissing: hasStoredReference.withLock { $0 })
        hasStoredReference.withLock { $0 = true }
    }

    private func failure(of body: () throws(InputError) -> Void) -> InputError? {
        do throws(InputError) {
            try body()
            return nil
        } catch {
            return error
        }
    }
}

/// How a save went.
struct RunSaveOutcome: Sendable {
    /// The new checkpoint, where it is on the disk.
    var checkpoint: URL?
    /// Why something of the save is not on the disk; nil where everything is.
    var failure: InputError?
    /// Why metrics are not on the disk; lines that could not be written are kept in memory.
    var metricsFailure: InputError?

    var anyFailure: InputError? { failure ?? metricsFailure }
}
