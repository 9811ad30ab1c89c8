import Diagnostics
import Foundation
import Testing

@testable import ModelFiles

@Suite struct AtomicFileWriterTests {
    @Test("a published file replaces the old one whole and leaves no temporary file")
    func publish() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("file")
            try write("old content", to: url)
            let writer = try AtomicFileWriter(url)
            try Array("new".utf8).withUnsafeBytes { try writer.write($0, at: 2) }
            #expect(try String(contentsOf: url, encoding: .utf8) == "old content")
            try writer.publish()
            #expect(try Data(contentsOf: url) == Data([0, 0] + Array("new".utf8)))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
        }
    }

    @Test("a writer that is dropped leaves the old file and nothing else")
    func drop() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("file")
            try write("old content", to: url)
            do {
                let writer = try AtomicFileWriter(url)
                try Array("new".utf8).withUnsafeBytes { try writer.write($0, at: 0) }
            }
            #expect(try String(contentsOf: url, encoding: .utf8) == "old content")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
        }
    }

    @Test("a missing folder is named")
    func missingFolder() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("none/file")
            expectInputError(.missingFile, naming: "none/file") { _ = try AtomicFileWriter(url) }
        }
    }
}
