import Diagnostics
import Files
import Foundation

/// The newest whole checkpoint of a folder, and what was passed over on the way to it.
public struct LatestCheckpoint: Sendable {
    /// The file and what it holds; nil where the folder has no whole checkpoint.
    public let checkpoint: (url: URL, state: TrainingState)?
    /// One line for each newer file that is damaged, naming it and the damage.
    public let warnings: [String]
}

/// The checkpoints of one output folder, `checkpoint-<step>.h5`, in the layout of `CheckpointSchema`.
///
/// A checkpoint appears under its name only when it is complete, has been read back and is on the disk; whatever
/// happens before that leaves the folder's checkpoints as they were. Calls block until they are done and may come from
/// any thread. One process at a time writes to a folder.
public struct CheckpointStore: Sendable {
    /// The folder the checkpoints are in.
    public let folder: URL
    /// How many checkpoints stay; nil for all of them.
    public let limit: Int?

    private static let saving = NSLock()

    /// - Parameters:
    ///   - folder: an existing folder to save to, or any to load from.
    ///   - limit: how many checkpoints stay, at least 1; nil for all of them.
    public init(folder: URL, limit: Int?) {
        require(limit.map { $0 >= 1 } ?? true, "CheckpointStore: a limit of \(limit ?? 0) keeps no checkpoint")
        self.folder = folder
        self.limit = limit
    }

    // MARK: Saving

    /// Saves a state as `checkpoint-<step>.h5` and then removes checkpoints beyond the limit.
    ///
    /// - Returns: the new checkpoint.
    /// - Throws: as `write` does.
    @discardableResult
    public func save(_ state: TrainingState) throws(InputError) -> URL {
        let destination = try write(state)
        prune(savedStep: state.step)
        return destination
    }

    /// Saves a state as `checkpoint-<step>.h5`, in place of a checkpoint of the same step, and removes none.
    ///
    /// - Returns: the new checkpoint.
    /// - Throws: `InputError` with the path and the system's reason: `.tryAgain` where the disk is full, failing or gone.
    ///   The folder's checkpoints are then as they were.
    public func write(_ state: TrainingState) throws(InputError) -> URL {
        Self.saving.lock()
        defer { Self.saving.unlock() }
        let destination = folder.appendingPathComponent(CheckpointName.file(step: state.step))
        do throws(InputError) {
            try removeLeftovers()
            try publish(state, as: destination)
        } catch {
            // What a new file says that cannot be read back is the disk's fault, not the file's.
            let code: ExitCode = error.exitCode == .internalFault ? .internalFault : .tryAgain
            throw InputError(code, at: destination.path, error.message)
        }
        return destination
    }

    private func publish(_ state: TrainingState, as destination: URL) throws(InputError) {
        let temporary = folder.appendingPathComponent(CheckpointName.temporaryFile(step: state.step))
        defer { Folder.removeIfPossible(temporary) }
        let digest = try CheckpointWriter.write(state, to: temporary)
        let readBack = try CheckpointReader.inspect(temporary, take: { _, _ in }).get()
        guard readBack.digest == digest else {
            throw InputError(.tryAgain, at: temporary.path, "expected contents \(digest), read back \(readBack.digest)")
        }
        try AtomicFile.publish(PosixFile(updating: temporary), as: destination)
    }

    /// Removes what killed runs have left of checkpoints they did not finish.
    ///
    /// - Throws: `InputError` where the folder cannot be read.
    public func removeLeftovers() throws(InputError) {
        for name in try Folder.regularFiles(in: folder) where CheckpointName.isTemporaryFile(name) {
            Folder.removeIfPossible(folder.appendingPathComponent(name))
        }
    }

    /// Removes checkpoints of steps before the saved one until no more than the limit are left, the oldest first; one
    /// that cannot be removed is left for the next time. Checkpoints of later steps are never removed.
    public func prune(savedStep: Int) {
        guard let limit else { return }
        let earlier = checkpoints().filter { $0.step < savedStep }
        for checkpoint in earlier.dropLast(limit - 1) { Folder.removeIfPossible(checkpoint.url) }
    }

    // MARK: Loading

    /// The folder's checkpoints, damaged ones included, by rising step; none where the folder cannot be read.
    public func checkpoints() -> [(step: Int, url: URL)] {
        (try? listing()) ?? []
    }

    private func listing() throws(InputError) -> [(step: Int, url: URL)] {
        try Folder.regularFiles(in: folder)
            .compactMap { name in
                CheckpointName.step(of: name).map { (step: $0, url: folder.appendingPathComponent(name)) }
            }
            .sorted { $0.step < $1.step }
    }

    /// Loads the checkpoint of the highest step that is whole.
    ///
    /// - Throws: `InputError` where the folder or a file cannot be read for a reason that may pass, or a whole checkpoint
    ///   follows a newer schema: passing it over would lose the work it stands for.
    public func latest() throws(InputError) -> LatestCheckpoint {
        var warnings: [String] = []
        for (_, url) in try listing().reversed() {
            switch try Self.inspect(url) {
            case .success(let state): return LatestCheckpoint(checkpoint: (url, state), warnings: warnings)
            case .failure(let damage): warnings.append("passed over \(damage)")
            }
        }
        return LatestCheckpoint(checkpoint: nil, warnings: warnings)
    }

    /// Loads exactly this file, from any folder.
    ///
    /// - Throws: `InputError` naming the file: `.missingFile` where there is none, `.data` where it is no checkpoint, is
    ///   damaged or follows a newer schema.
    public func load(_ url: URL) throws(InputError) -> TrainingState {
        try Self.inspect(url).get()
    }

    private static func inspect(_ url: URL) throws(InputError) -> Result<TrainingState, InputError> {
        var tensors: [Int: NamedArray] = [:]
        return try CheckpointReader.inspect(url, take: { index, tensor in tensors[index] = tensor }).map { contents in
            TrainingState(
                step: contents.step, tensors: contents.tensors.indices.compactMap { tensors[$0] },
                counters: contents.counters, metrics: contents.metrics, texts: contents.texts,
                identity: contents.identity)
        }
    }
}
