import Files
import Foundation
import Signet

/// Where the rows that end-to-end cases train on come from.
///
/// In this order: the file that `--rows` names, made first where there is none and `SIGNET_TRAJECTORIES` names a file of
/// anonymization trajectories; rows made from those trajectories; the shorter rows of `Examples/data`.
struct RowSource {
    /// What `--rows` names.
    let file: String?

    /// Calls `body` with a JSONL file of rows, made in `folder` where it has to be made and no name is given.
    ///
    /// - Throws: `InputError` with `.missingFile` where neither the rows nor the trajectories are there, `.data` where
    ///   they cannot be read.
    func path(in folder: URL) throws -> String {
        let trajectories = ProcessInfo.processInfo.environment["SIGNET_TRAJECTORIES"]
        if let file, FileManager.default.fileExists(atPath: file) { return file }
        guard let trajectories else {
            guard file == nil else {
                throw InputError(
                    .missingFile, at: file!,
                    "expected rows, found no such file and no SIGNET_TRAJECTORIES to make them from")
            }
            return "Examples/data/train.jsonl"
        }
        let path = file ?? folder.appendingPathComponent("rows.jsonl").path
        let rows = try TrajectoryReader(path: trajectories).trajectories().trajectories.flatMap(\.rows)
        try AtomicFile.write(Array(rows.map { $0.json.compactText + "\n" }.joined().utf8), to: path)
        return path
    }
}
