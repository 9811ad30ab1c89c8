import Diagnostics
import Foundation
import TestSupport
import Testing
import Tokenizers

@testable import Training

private func withFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    let folder = try Fixtures.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("train.jsonl")
    try Data(bytes).write(to: url)
    return try body(url.path)
}

private func rows(_ text: String) throws -> [(row: DatasetRow, line: Int)] {
    try withFile(Array(text.utf8)) { try DatasetReader(path: $0).rows() }
}

/// The error that reading a text ends in, with the folder taken away; nil where it is accepted.
private func failure(_ bytes: [UInt8]) throws -> String? {
    try withFile(bytes) { path -> String? in
        do {
            _ = try DatasetReader(path: path).rows()
            return nil
        } catch let error as InputError {
            return "\(error.exitCode.rawValue) " + error.description.replacing(path, with: "train.jsonl")
        }
    }
}

private func failure(_ text: String) throws -> String? { try failure(Array(text.utf8)) }

@Suite("Reading rows")
struct DatasetReaderTests {
    private let question = ChatMessage(role: "user", content: "q")
    private let answer = ChatMessage(role: "assistant", content: "a")

    @Test("every form of row is read")
    func forms() throws {
        let q = #"{"role": "user", "content": "q"}"#
        let a = #"{"role": "assistant", "content": "a"}"#
        let text = """
            {"messages": [\(q), \(a)]}
            {"prompt": "p", "completion": "c"}
            {"prompt": [\(q)], "completion": [\(a)]}
            {"text": "t"}
            {"prompt": "p", "chosen": "c", "rejected": "r"}
            {"prompt": [\(q)], "chosen": [\(a)], "rejected": [\(a)]}
            """
        let expected: [DatasetRow] = [
            .messages([question, answer]),
            .promptCompletion(prompt: .text("p"), completion: .text("c")),
            .promptCompletion(prompt: .messages([question]), completion: .messages([answer])),
            .text("t"),
            .preference(prompt: .text("p"), chosen: .text("c"), rejected: .text("r")),
            .preference(prompt: .messages([question]), chosen: .messages([answer]), rejected: .messages([answer])),
        ]
        let read = try rows(text)
        #expect(read.map(\.row) == expected)
        #expect(read.map(\.line) == [1, 2, 3, 4, 5, 6])
    }

    @Test("blank lines, a byte order mark, carriage returns and a missing last newline are tolerated")
    func tolerance() throws {
        let read = try rows("\u{FEFF}{\"text\": \"a\"}\r\n\r\n \t\n{\"text\": \"b\"}")
        #expect(read.map(\.row) == [.text("a"), .text("b")])
        #expect(read.map(\.line) == [1, 4])
    }

    @Test("lines longer than a chunk, and lines on its border, are read whole")
    func longLines() throws {
        let texts = [3 << 20, (1 << 20) - 13, 0, 5].map { String(repeating: "x", count: $0) }
        let read = try rows(texts.map { "{\"text\": \"\($0)\"}\n" }.joined())
        #expect(read.map(\.row) == texts.map { .text($0) })
    }

    @Test("keys that belong to no form are passed over, and null keys of a message are")
    func extraKeys() throws {
        let row = #"""
            {"id": 7, "messages": [{"role": "user", "content": "q", "name": null}, {"role": "assistant", "content": "a"}]}
            """#
        #expect(try rows(row).map(\.row) == [.messages([question, answer])])
        #expect(try rows(#"{"text": "t", "completion": "c"}"#).map(\.row) == [.text("t")])
    }

    @Test(
        "a row that is wrong is refused with file, line, key, expectation and finding",
        arguments: [
            ("[1]", "expected an object, found a list"),
            (
                "{}",
                "expected messages, prompt and completion, text, or prompt, chosen and rejected, found no keys"
            ),
            (
                #"{"prompt": "p", "answer": "a"}"#,
                "expected messages, prompt and completion, text, or prompt, chosen and rejected, "
                    + "found the keys \"prompt\", \"answer\""
            ),
            (#"{"text": 1}"#, "text: expected a string, found 1"),
            (#"{"text": null}"#, "text: expected a string, found null"),
            (#"{"messages": "hi"}"#, "messages: expected a list of messages, found \"hi\""),
            (#"{"messages": []}"#, "messages: expected a list of messages, found an empty list"),
            (#"{"messages": ["hi"]}"#, "messages[0]: expected an object with role and content, found \"hi\""),
            (
                #"{"messages": [{"role": "user"}]}"#,
                "messages[0]: expected an object with role and content, found no content"
            ),
            (
                #"{"messages": [{"content": "x"}]}"#,
                "messages[0]: expected an object with role and content, found no role"
            ),
            (
                #"{"messages": [{"role": "human", "content": "x"}]}"#,
                "messages[0].role: expected \"system\", \"user\" or \"assistant\", found \"human\""
            ),
            (
                #"{"messages": [{"role": "user", "content": ["x"]}]}"#,
                "messages[0].content: expected a string, found a list"
            ),
            (
                #"{"messages": [{"role": "user", "content": "x", "tool_calls": []}]}"#,
                "messages[0]: expected only role and content, found the key \"tool_calls\""
            ),
            (
                #"{"messages": [{"role": "user", "content": "x"}]}"#,
                "messages[0].role: expected \"assistant\" in the last message, found \"user\""
            ),
            (
                #"{"messages": [{"role": "assistant", "content": ""}]}"#,
                "messages[0].content: expected a non-empty answer, found \"\""
            ),
            (#"{"prompt": 1, "completion": "c"}"#, "prompt: expected a string or a list of messages, found 1"),
            (
                #"{"prompt": "p", "completion": ""}"#,
                "completion: expected a non-empty string, as the prompt is one, found \"\""
            ),
            (
                #"{"prompt": "p", "completion": []}"#,
                "completion: expected a non-empty string, as the prompt is one, found an empty list"
            ),
            (
                #"{"prompt": [{"role": "user", "content": "x"}], "completion": "c"}"#,
                "completion: expected a list of messages, as the prompt is one, found \"c\""
            ),
            (
                #"{"prompt": [{"role": "user", "content": "x"}], "chosen": [], "rejected": []}"#,
                "chosen: expected a list of messages, found an empty list"
            ),
            (
                #"{"prompt": "p", "chosen": "c", "rejected": null}"#,
                "rejected: expected a non-empty string, as the prompt is one, found null"
            ),
            (#"{"text": "a", "text": "b"}"#, "not valid JSON: expected each key once, found 'text' again"),
            (#"{"text": "a"} {"text": "b"}"#, "not valid JSON: expected the end of the text, found '{'"),
            (#"{"text": "a""#, "not valid JSON: expected ',' or '}', found the end of the text"),
        ])
    func wrongRows(row: String, message: String) throws {
        #expect(try failure("{\"text\": \"good\"}\n\n\(row)\n") == "65 train.jsonl:3: \(message)")
    }

    @Test("a line that is not UTF-8 is refused by number")
    func utf8() throws {
        let bytes = Array("{\"text\": \"a\"}\n{\"text\": \"".utf8) + [0xE9] + Array("\"}\n".utf8)
        #expect(try failure(bytes) == "65 train.jsonl:2: not valid JSON: expected UTF-8, found other bytes in a string")
        #expect(
            try failure([0xFF, 0xFE, 0x7B, 0x00])
                == "65 train.jsonl:1: not valid JSON: expected a value, found byte 0xFF")
    }

    @Test("a file without rows, a missing file and a folder are refused", arguments: ["", "\n", " \n\n\r\n"])
    func noRows(text: String) throws {
        #expect(
            try failure(text) == "65 train.jsonl: expected one JSON object a line, found a file without rows")
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: InputError(.data, at: folder.path, "expected a JSONL file, found a folder")) {
            try DatasetReader(path: folder.path).rows()
        }
        let missing = folder.path + "/no.jsonl"
        #expect(throws: InputError(.missingFile, at: missing, "expected a JSONL file, found no such file")) {
            try DatasetReader(path: missing).rows()
        }
    }

    @Test("an error of the caller stops the reading")
    func callerError() throws {
        var seen = 0
        try withFile(Array("{\"text\": \"a\"}\n{\"text\": \"b\"}\n".utf8)) { path -> Void in
            #expect(throws: InputError(.data, at: "here", "enough")) {
                try DatasetReader(path: path).forEachRow { _, _ throws(InputError) in
                    seen += 1
                    throw InputError(.data, at: "here", "enough")
                }
            }
        }
        #expect(seen == 1)
    }
}
