import Diagnostics
import Files
import Foundation

/// What is in a checkpoint file, and whether it is whole.
public struct CheckpointSummary: Sendable {
    /// Bytes in the file.
    public let byteCount: Int
    /// What the file holds; nil where it is damaged.
    public let contents: CheckpointContents?
    /// What is wrong with the file; nil where every checksum in it has been found right.
    public let damage: String?
}

extension CheckpointStore {
    /// Reads a checkpoint file, checks every checksum in it, and tells what it holds, without keeping the tensors'
    /// values.
    ///
    /// - Throws: `InputError` where the file cannot be read, is no checkpoint, or follows a newer schema. Damage is no
    ///   error here but part of the summary.
    public static func summary(of url: URL) throws(InputError) -> CheckpointSummary {
        let byteCount = try PosixFile(reading: url).byteCount()
        try Seal.requirePresent(in: url)
        switch try CheckpointReader.inspect(url, take: { _, _ in }) {
        case .success(let contents):
            return CheckpointSummary(byteCount: byteCount, contents: contents, damage: nil)
        case .failure(let damage):
            return CheckpointSummary(byteCount: byteCount, contents: nil, damage: damage.message)
        }
    }
}
