import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func text(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }

    @Test("a published file replaces the old one whole and leaves no temporary file")
    func publish() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("file")
            try AtomicFile.write(Array("old content".utf8), to: url.path)
            let writer = try AtomicFileWriter(url)
            try Array("new".utf8).withUnsafeBytes { try writer.write($0, at: 2) }
            #expect(try text(url) == "old content")
            try writer.publish()
            #expect(try Data(contentsOf: url) == Data([0, 0] + Array("new".utf8)))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
        }
    }

    @Test("a writer that is dropped leaves the old file and nothing else")
    func drop() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("file")
            try AtomicFile.write(Array("old content".utf8), to: url.path)
            do {
                let writer = try AtomicFileWriter(url)
                try Array("new".utf8).withUnsafeBytes { try writer.write($0, at: 0) }
            }
            #expect(try text(url) == "old content")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
        }
    }

    @Test("a folder that is missing, or a folder in the place of the file, is an error to try again that names it")
    func failures() throws {
        try withFolder { folder in
            let inside = folder.path + "/none/file"
            #expect(throws: InputError(.tryAgain, at: inside, "could not be written: No such file or directory")) {
                try AtomicFile.write([1], to: inside)
            }
            let taken = folder.appendingPathComponent("taken")
            try FileManager.default.createDirectory(at: taken, withIntermediateDirectories: false)
            #expect(throws: InputError(.tryAgain, at: taken.path, "could not be written: Is a directory")) {
                try AtomicFile.write([1], to: taken.path)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken"])
        }
    }

    @Test("bytes are added at the end of a file, which is made where there is none")
    func append() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("log")
            for line in ["one", "two"] { try PosixFile(appendingTo: url).append(Array(line.utf8)) }
            #expect(try PosixFile.contents(of: url) == Array("onetwo".utf8))
        }
    }
}
