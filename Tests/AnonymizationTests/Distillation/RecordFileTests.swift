import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Anonymization

@Suite("Records that are written once")
struct RecordFileTests {
    private static let lines = ["one", "zwei – drei", "four"]

    /// Writes all lines as a run does.
    private func write(_ lines: [String], to url: URL) throws {
        let file = try RecordFile(url)
        for line in lines { try file.append(line) }
        try file.finish()
    }

    private func with(_ content: Data, _ body: (URL) throws -> Void) throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appendingPathComponent("records.jsonl")
        try content.write(to: url)
        try body(url)
    }

    @Test("a file that was cut at any byte becomes whole again, and what follows is the same")
    func resumed() throws {
        let whole = Data(Self.lines.map { $0 + "\n" }.joined().utf8)
        for length in 0...whole.count {
            try with(whole.prefix(length)) { url in
                try write(Self.lines, to: url)
                let found = try Data(contentsOf: url)
                #expect(found == whole, "\(length) bytes")
            }
        }
    }

    @Test("other records in its place are an error that leaves them", arguments: ["other\n", "one\nzwei\nfour\n"])
    func foreign(content: String) throws {
        try with(Data(content.utf8)) { url in
            let error = #expect(throws: InputError.self) { try write(Self.lines, to: url) }
            #expect(error?.exitCode == .data)
            let left = try Data(contentsOf: url)
            #expect(left == Data(content.utf8))
        }
    }

    @Test("more records than the run makes are an error")
    func more() throws {
        try with(Data("one\nzwei – drei\nfour\nfive\n".utf8)) { url in
            let error = #expect(throws: InputError.self) { try write(Self.lines, to: url) }
            #expect(error?.exitCode == .data)
        }
    }
}
