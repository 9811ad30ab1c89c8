import Foundation
import Signet

/// Runs `body` with a folder that is gone afterwards.
///
/// - Throws: `InputError` with `.tryAgain` where the folder cannot be made; what `body` throws.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("signet-benchmark-\(UUID().uuidString)")
    do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
        throw InputError(.tryAgain, at: folder.path, "the folder cannot be made: \(error.localizedDescription)")
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
