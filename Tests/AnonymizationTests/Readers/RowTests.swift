import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Anonymization

@Suite("Reading rows and plain texts")
struct RowTests {
    @Test("a JSONL row names its text, its author and what is true of the author")
    func json() throws {
        let (texts, report) = try readSource(
            """
            {"id": 4, "body": " a\\n", "author": "x", "truth": {"married": "Divorced", "shoes": 43}}
            {"body": null}
            {"body": "b"}
            {"id": "4", "body": "c", "profile": "y"}
            """, as: "a.jsonl", columns: SourceColumns(text: "body"))
        #expect(texts.map(\.text) == [" a\n", "b", "c"] && texts.map(\.profile) == ["x", "3", "y"])
        #expect(texts[0].truth == [.relationship: "Divorced"] && texts[0].labels == nil && texts[0].spans == nil)
        #expect(texts.map(\.id) == ["4", "3", "4#2"] && report.counts.map(\.count) == [1, 1, 1])
    }

    @Test("a row without the text's key, or with something else under it, is an error that says what is there")
    func badJSON() throws {
        for (row, found) in [(#"{"body": "a"}"#, "body"), (#"{"text": 3}"#, "3"), ("[1]", "a list"), ("{", "JSON")] {
            let error = #expect(throws: InputError.self) {
                try readSource(#"{"text": "a"}"# + "\n" + row, as: "a.jsonl")
            }
            #expect(error?.place.hasSuffix("a.jsonl:2") == true && error?.message.contains(found) == true)
        }
        #expect(throws: InputError.self) { try readSource("\n\n", as: "a.jsonl") }
    }

    @Test("fields in quotation marks keep separators, line ends and quotation marks")
    func csv() throws {
        let (texts, report) = try readSource(
            "\u{FEFF}id;profile;comment;age;style\r\nr1;p;\"a;\"\"b\"\"\nc\";33;\r\n\r\n;;plain, é;;x\r\n;; ;;",
            as: "a.csv",
            columns: SourceColumns(text: "comment"))
        #expect(texts.map(\.text) == ["a;\"b\"\nc", "plain, é"] && texts.map(\.id) == ["r1", "2"])
        #expect(texts[0].truth == [.age: "33"] && texts.map(\.profile) == ["p", "2"])
        #expect(report.counts.map(\.count) == [1] && report.counts[0].firstPlace.hasSuffix("a.csv:6"))
        #expect(try readSource("text\tid\na, b\t3", as: "a.tsv").texts[0].text == "a, b")
        #expect(try readSource("text\nlast", as: "a.csv").texts[0].text == "last")
    }

    @Test(
        "rows that do not fit the line of names are errors with the line they begin at",
        arguments: [
            ("text,id\na,1\nb", 3, "2 fields"), ("text,id\n\"a\nb\",1\nb,2,3", 4, "found 3"),
            ("text,id\na,1\n\"b,2\nc", 3, "end of the file"), ("text,id\na,1\nb 5\"\"x\" y,2\"", 3, "quotation marks"),
            ("body,id\na,1", 1, "column 'text', found 2 other fields"),
            ("text,id,id\na,1,2", 1, "column 2 again for column 3"), ("a b 5,c\n", 1, "found 2 other fields"),
        ])
    func badCSV(content: String, line: Int, message: String) throws {
        let error = #expect(throws: InputError.self) { try readSource(content, as: "a.csv") }
        #expect(error?.place.hasSuffix("a.csv:\(line)") == true && error?.message.contains(message) == true)
        // Nothing of what the texts say.
        #expect(error?.message.contains("b 5") == false)
    }

    @Test("a text file is one text or one a line, a folder one a file")
    func plain() throws {
        let content = "\u{FEFF}first \r\n\nthird\n\n"
        #expect(try readSource(content, as: "a.txt").texts.map(\.text) == ["first \n\nthird"])
        let lines = try readSource(content, as: "a.txt", format: .lines).texts
        #expect(lines.map(\.text) == ["first ", "third"] && lines.map(\.id) == ["1", "3"])
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in [("b.txt", "two"), ("a.txt", "one"), ("c.md", "none"), ("d.txt", " ")] {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        let (texts, report) = try SourceReader(path: folder.path).texts()
        #expect(texts.map(\.id) == ["a.txt", "b.txt"] && texts.map(\.text) == ["one", "two"])
        #expect(report.counts.map(\.count) == [1])
    }

    @Test("bytes that are no UTF-8 are errors with their line, in every format", arguments: SourceFormat.allCases)
    func encoding(format: SourceFormat) throws {
        let content = Data("\n".utf8) + Data([0x61, 0xFF, 0x0A])
        let error = #expect(throws: InputError.self) { try readSource(content, as: "a", format: format) }
        #expect(error?.place.hasSuffix("a:2") == true && error?.exitCode == .data)
    }

    @Test("the format is told by the name, and for JSON by the first object")
    func recognition() throws {
        func format(_ content: String, _ name: String) throws -> SourceFormat {
            let folder = try Fixtures.temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let url = folder.appendingPathComponent(name)
            try Data(content.utf8).write(to: url)
            return try SourceFormat(of: url.path)
        }
        #expect(try format("", "a.CSV") == .csv && format("", "a.conll") == .conll && format("", "a.txt") == .text)
        #expect(try format("", "a.json") == .spans && format("\n{\"text\": \"\"}", "a.jsonl") == .jsonl)
        #expect(try format(#"{"profile": {}}"#, "a.jsonl") == .synthpai)
        #expect(try format(#"{"texts": []}"#, "a.jsonl") == .trajectories)
        #expect(try format(#"{"text": "", "spans": []}"#, "a.jsonl") == .spans)
        #expect(try format(#"{"source_text": "", "privacy_mask": []}"#, "a.jsonl") == .spans)
        #expect(throws: InputError.self) { try format("", "a.xyz") }
        let missing = #expect(throws: InputError.self) { try SourceReader(path: "/nowhere/a.csv") }
        #expect(missing?.exitCode == .missingFile)
        for format in SourceFormat.allCases {
            let missing = #expect(throws: InputError.self) {
                try SourceReader(path: "/nowhere/a", format: format).texts()
            }
            #expect(missing?.exitCode == .missingFile)
        }
    }

    @Test("the originals of trajectories are texts")
    func trajectories() throws {
        let (texts, _) = try readSource(
            #"{"id": 1, "author": 2, "truth": {"age": 3}, "texts": [{"text": "a", "privacy": []}]}"#, as: "a.jsonl")
        #expect(texts == [SourceText(id: "1", profile: "2", text: "a", truth: [.age: "3"])])
    }
}
