import Diagnostics
import Files
import Foundation
import Training

/// The folder that a distillation writes.
struct DistillationFolder: Sendable {
    let url: URL

    /// The config as resolved.
    var config: URL { url.appendingPathComponent("config.json") }
    /// Every reply so far.
    var replies: URL { url.appendingPathComponent("replies.journal") }
    /// One trajectory a line, in the order of the texts.
    var trajectories: URL { url.appendingPathComponent("trajectories.jsonl") }
    /// Texts without a trajectory, with the reason.
    var failures: URL { url.appendingPathComponent("failed.jsonl") }

    /// Makes the folder where there is none.
    ///
    /// - Throws: `InputError(.tryAgain)` where it cannot be made.
    init(path: String) throws(InputError) {
        url = URL(fileURLWithPath: path)
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw InputError(.tryAgain, at: path, "the output folder cannot be made: \(error.localizedDescription)")
        }
    }

    /// Writes the config, or where an earlier run has written one, makes sure that both give the same trajectories.
    ///
    /// - Throws: `InputError(.config)` naming the keys that differ; `.data` for a config that no run has written;
    ///   `.tryAgain` where it cannot be written.
    func keep(_ configuration: DistillConfiguration) throws(InputError) {
        if FileManager.default.fileExists(atPath: config.path) {
            let text = try PosixFile.contents(of: config)
            let earlier = try JSONValue(parsing: text, file: config.path, exitCode: .data)
            let keys = configuration.resultJSON.keysDiffering(from: earlier.keeping(DistillConfiguration.format.keys))
            guard keys.isEmpty else {
                throw InputError(
                    .config, at: url.path,
                    "expected a folder of a run with the same settings, found another \(keys.joined(separator: ", ")); "
                        + "name another output_dir")
            }
        }
        try AtomicFile.write(Array(configuration.resolvedJSON.utf8), to: config.path)
    }
}
