import Diagnostics
import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite struct ModelLocationTests {
    @Test("a path where nothing stands, and a folder without its files, are missing files")
    func missing() throws {
        try withTemporaryFolder { folder in
            expectInputError(.missingFile, naming: "none") {
                _ = try ModelLocation.open(folder.appendingPathComponent("none"))
            }
            expectInputError(.missingFile, naming: "config.json") { _ = try ModelLocation.open(folder) }
            try FileManager.default.copyItem(
                at: Fixtures.golden("llama/config.json", target: target),
                to: folder.appendingPathComponent("config.json"))
            expectInputError(.missingFile, naming: folder.lastPathComponent) { _ = try ModelLocation.open(folder) }
        }
    }

    @Test("a file that is no GGUF file is refused")
    func otherFile() throws {
        expectInputError(naming: "config.json") {
            _ = try ModelLocation.open(Fixtures.golden("llama/config.json", target: target))
        }
    }
}
