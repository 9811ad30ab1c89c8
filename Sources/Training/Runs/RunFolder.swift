import CheckpointIO
import Diagnostics
import Files
import Foundation

/// The folder a run writes: its config, metrics, checkpoints and adapter. No other process can run in it meanwhile.
struct RunFolder: Sendable {
    let url: URL
    private let lock: FolderLock

    var config: URL { url.appendingPathComponent("config.json") }
    var metrics: URL { url.appendingPathComponent("metrics.jsonl") }
    var adapter: URL { url.appendingPathComponent("adapter") }

    /// - Throws: `InputError(.tryAgain)` where the folder cannot be made, or another process runs in it.
    init(path: String) throws(InputError) {
        url = URL(fileURLWithPath: path)
        try Folder.create(url)
        lock = try FolderLock(url)
    }

    /// Makes the folder again where it has gone.
    func renew() throws(InputError) {
        try Folder.create(url)
        try lock.renew()
    }

    /// Removes what a process that was killed has left of files it did not finish.
    func removeLeftovers() throws(InputError) {
        try CheckpointStore(folder: url, limit: nil).removeLeftovers()
        for folder in [url, adapter] { try AtomicFileWriter.removeLeftovers(in: folder) }
    }

    /// Moves what an earlier run left into a folder `earlier-<n>` inside this one, so that a fresh run neither mixes with
    /// it nor destroys it.
    ///
    /// - Returns: that folder; nil where there was nothing.
    func setAsideEarlierRun() throws -> URL? {
        // The newest checkpoint first: where this is interrupted, no start may go on from it without its metrics.
        let checkpoints = CheckpointStore(folder: url, limit: nil).checkpoints().sorted { $0.step > $1.step }.map(\.url)
        return try setAside(checkpoints + [config, metrics, adapter])
    }

    /// Moves checkpoints of later steps aside in the same way: a run that goes on from `step` must not meet them as its own.
    func setAsideCheckpoints(after step: Int) throws -> URL? {
        try setAside(CheckpointStore(folder: url, limit: nil).checkpoints().filter { $0.step > step }.map(\.url))
    }

    private func setAside(_ files: [URL]) throws -> URL? {
        let left = files.filter { FileManager.default.fileExists(atPath: $0.path) }
        if left.isEmpty { return nil }
        var number = 1
        func folder() -> URL { url.appendingPathComponent("earlier-\(number)") }
        while FileManager.default.fileExists(atPath: folder().path) { number += 1 }
        do {
            try FileManager.default.createDirectory(at: folder(), withIntermediateDirectories: false)
            for file in left {
                try FileManager.default.moveItem(at: file, to: folder().appendingPathComponent(file.lastPathComponent))
            }
        } catch {
            throw InputError(
                .tryAgain, at: folder().path, "an earlier run cannot be moved there: \(error.localizedDescription)")
        }
        return folder()
    }
}
