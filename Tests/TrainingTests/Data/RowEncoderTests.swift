import Diagnostics
import Foundation
import TestSupport
import Testing
import Tokenizers

@testable import Training

@Suite("Encoding rows")
struct RowEncoderTests {
    private let chat: DatasetRow = .messages([
        ChatMessage(role: "user", content: "hi"), ChatMessage(role: "assistant", content: "yo"),
    ])

    private func encode(
        _ row: DatasetRow, _ tokenizer: CharacterTokenizer = CharacterTokenizer(), completionOnlyLoss: Bool = true
    ) throws -> String {
        let encoder = RowEncoder(tokenizer: tokenizer, completionOnlyLoss: completionOnlyLoss)
        return rendering(try encoder.encode(row, line: 3, path: "t.jsonl"))
    }

    private func encodeAll(_ text: String, maxLength: Int, completionOnlyLoss: Bool = true) throws -> TokenizedDataset {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/t.jsonl"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let encoder = RowEncoder(
            tokenizer: CharacterTokenizer(), maxLength: maxLength, completionOnlyLoss: completionOnlyLoss)
        do {
            return try encoder.encodeAll(of: DatasetReader(path: path))
        } catch {
            throw InputError(error.exitCode, at: error.place.replacing(folder.path + "/", with: ""), error.message)
        }
    }

    @Test("chats carry loss on everything after the last generation prompt, end of turn included")
    func chats() throws {
        #expect(try encode(chat) == "<user>hi$<assistant>|yo$")
        let split: DatasetRow = .promptCompletion(
            prompt: .messages([ChatMessage(role: "user", content: "hi")]),
            completion: .messages([ChatMessage(role: "assistant", content: "yo")]))
        #expect(try encode(split) == "<user>hi$<assistant>|yo$")
    }

    @Test("strings carry loss on the completion and the end token")
    func strings() throws {
        let row: DatasetRow = .promptCompletion(prompt: .text("ab"), completion: .text("cd"))
        #expect(try encode(row) == "ab|cd$")
        #expect(try encode(row, CharacterTokenizer(addsBeginToken: true)) == "^ab|cd$")
        #expect(try encode(.promptCompletion(prompt: .text(""), completion: .text("cd"))) == "c|d$")
    }

    @Test("text carries loss on every token that has one before it")
    func text() throws {
        #expect(try encode(.text("abc")) == "a|bc$")
        #expect(try encode(.text("abc"), CharacterTokenizer(addsBeginToken: true)) == "^|abc$")
    }

    @Test("neither the begin token nor the end token is doubled")
    func doubles() throws {
        let tokenizer = CharacterTokenizer(addsBeginToken: true)
        #expect(try encode(.text("^abc$"), tokenizer) == "^|abc$")
        #expect(try encode(.promptCompletion(prompt: .text("^a"), completion: .text("b$")), tokenizer) == "^a|b$")
        #expect(try encode(.promptCompletion(prompt: .text("a$"), completion: .text("b")), tokenizer) == "^a$|b$")
        #expect(try encode(.text("a"), CharacterTokenizer(beginToken: nil, addsBeginToken: true)) == "a|$")
    }

    @Test("without completion-only loss every token that has one before it carries loss")
    func allTokens() throws {
        #expect(try encode(chat, completionOnlyLoss: false) == "<|user>hi$<assistant>yo$")
        let row: DatasetRow = .promptCompletion(prompt: .text("ab"), completion: .text("cd"))
        #expect(try encode(row, completionOnlyLoss: false) == "a|bcd$")
    }

    @Test("what cannot be encoded is refused with file and line")
    func refusals() throws {
        #expect(throws: InputError(.data, at: "t.jsonl:3", "model: expected a chat template, found none")) {
            try encode(chat, CharacterTokenizer(refusesChats: true))
        }
        #expect(
            throws: InputError(
                .data, at: "t.jsonl:3", "expected a tokenizer with an end token for plain text, found none")
        ) {
            try encode(.text("a"), CharacterTokenizer(endToken: nil))
        }
        #expect(
            throws: InputError(
                .data, at: "t.jsonl:3",
                "expected messages, prompt and completion or text, found a preference (prompt, chosen, rejected)")
        ) {
            try encode(.preference(prompt: .text("p"), chosen: .text("c"), rejected: .text("r")))
        }
        #expect(
            throws: InputError(
                .data, at: "t.jsonl:3",
                "expected prompt and completion both as strings or both as messages, found one of each")
        ) {
            try encode(.promptCompletion(prompt: .text("p"), completion: .messages([])))
        }
    }

    @Test("longer rows lose their end, are counted, and keep their lines")
    func truncation() throws {
        let dataset = try encodeAll(
            """
            {"prompt": "ab", "completion": "cdefg"}

            {"prompt": "ab", "completion": "c"}
            {"text": "abcde"}
            """, maxLength: 4)
        #expect(dataset.rows.map(rendering) == ["ab|cd", "ab|c$", "a|bcd"])
        #expect(dataset.rows.map(\.line) == [1, 3, 4])
        #expect(dataset.truncatedRowCount == 2)
        #expect(dataset.tokenCount == 12)
        #expect(dataset.lossTokenCount == 7)
        #expect(dataset.longestRow == 4)
    }

    @Test("a row is kept down to its last token with loss, and refused beyond")
    func truncationLimit() throws {
        let row = #"{"prompt": "abc", "completion": "defg"}"#
        #expect(try encodeAll(row, maxLength: 4).rows.map(rendering) == ["abc|d"])
        let message =
            "expected a completion that begins within data.max_length 3, found one that begins after 3 of 8 tokens"
        #expect(throws: InputError(.data, at: "t.jsonl:1", message)) { try encodeAll(row, maxLength: 3) }
        #expect(try encodeAll(row, maxLength: 3, completionOnlyLoss: false).rows.map(rendering) == ["a|bc"])
    }

    @Test("of several rows with nothing to learn the first is named, with their number")
    func several() {
        let text =
            "{\"text\": \"fine\"}\n" + String(repeating: "{\"prompt\": \"abc\", \"completion\": \"d\"}\n", count: 3)
        #expect(
            throws: InputError(
                .data, at: "t.jsonl:2",
                "expected a completion that begins within data.max_length 2, "
                    + "found one that begins after 3 of 5 tokens (3 such rows in all)")
        ) {
            try encodeAll(text, maxLength: 2)
        }
    }

    @Test("a row without any token that carries loss is refused")
    func nothingToLearn() {
        #expect(
            throws: InputError(.data, at: "t.jsonl:1", "expected a token that carries loss, found none among 1 tokens")
        ) {
            try encodeAll(#"{"text": ""}"#, maxLength: 9)
        }
    }
}
