import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@Suite struct JournalTests {
    private func withJournal(_ records: [String], _ body: (URL) throws -> Void) throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appendingPathComponent("journal")
        try add(records, to: url)
        try body(url)
    }

    /// Opens a journal, adds to it and closes it.
    private func add(_ records: [String], to url: URL) throws {
        let journal = try Journal(url) { _, _ in }
        for record in records { try journal.append(Array(record.utf8)) }
    }

    private func records(_ url: URL) throws -> [String] {
        var records: [String] = []
        _ = try Journal(url) { record, line in
            records.append(String(decoding: record, as: UTF8.self))
            #expect(line == records.count)
        }
        return records
    }

    private static let written = ["one", "zwei – drei", "{\"four\": 5}"]

    @Test("what was added is there when the journal is opened again")
    func roundTrip() throws {
        for written in [Self.written, []] {
            try withJournal(written) { url in
                let found = try records(url)
                #expect(found == written)
            }
        }
    }

    @Test("a file cut at any byte keeps every whole record, and what is added then follows them")
    func torn() throws {
        try withJournal(Self.written) { url in
            let whole = try Data(contentsOf: url)
            let ends = whole.indices.filter { whole[$0] == 0x0A }.map { $0 + 1 }
            for length in 0...whole.count {
                try whole.prefix(length).write(to: url)
                let kept = Array(Self.written.prefix { ends[Self.written.firstIndex(of: $0)!] <= length })
                #expect(try records(url) == kept, "\(length) bytes")
                try add(["next"], to: url)
                #expect(try records(url) == kept + ["next"], "\(length) bytes")
            }
        }
    }

    @Test("what a power cut leaves in place of the last record is dropped", arguments: ["\0\0\0", "\0\n\0\n", "x y\n"])
    func garbage(tail: String) throws {
        try withJournal(Self.written) { url in
            let whole = try Data(contentsOf: url)
            try (whole + Data(tail.utf8)).write(to: url)
            #expect(try records(url) == Self.written)
            #expect(try Data(contentsOf: url) == whole)
        }
    }

    @Test("a changed byte before the last record is an error at its line")
    func damage() throws {
        try withJournal(Self.written) { url in
            var bytes = try Data(contentsOf: url)
            let second = try #require(bytes.firstIndex(of: 0x0A)) + 40
            bytes[second] ^= 1
            try bytes.write(to: url)
            #expect(throws: InputError(.data, at: "\(url.path):2", "expected a whole record, found a damaged one")) {
                try records(url)
            }
            #expect(try Data(contentsOf: url) == bytes)
        }
    }
}
