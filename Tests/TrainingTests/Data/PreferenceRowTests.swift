import Diagnostics
import Foundation
import TestSupport
import Testing
import Tokenizers

@testable import Training

/// A tokenizer of letters of which two neighbours may be one token of their own.
private struct MergingTokenizer: RowTokenizer {
    var beginToken: Int32? { 94 }
    var endToken: Int32? { 36 }
    var addsBeginToken: Bool { true }

    func encode(_ text: String, recognisingSpecialTokens: Bool) -> [Int32] {
        var tokens: [Int32] = []
        for letter in text.unicodeScalars.map({ Int32($0.value) }) {
            if letter == 0x62, tokens.last == 0x61 { tokens[tokens.count - 1] = 0x41 } else { tokens.append(letter) }
        }
        return tokens
    }

    func encodeTrainingChat(_ messages: [ChatMessage]) throws -> (tokens: [Int32], lossStart: Int) { ([], 0) }
}

@Suite("Preferences as pairs of rows")
struct PreferenceRowTests {
    private func encode(
        _ row: DatasetRow, _ tokenizer: any RowTokenizer = CharacterTokenizer()
    ) throws -> [String] {
        try RowEncoder(tokenizer: tokenizer).encodePreference(row, line: 3, path: "t.jsonl").map(rendering)
    }

    private func message(_ role: String, _ content: String) -> ChatMessage { ChatMessage(role: role, content: content) }

    @Test("the prompt with the chosen completion, then with the rejected one, loss on the completions")
    func forms() throws {
        let chat: DatasetRow = .preference(
            prompt: .messages([message("user", "hi")]), chosen: .messages([message("assistant", "yo")]),
            rejected: .messages([message("assistant", "no way")]))
        #expect(try encode(chat) == ["<user>hi$<assistant>|yo$", "<user>hi$<assistant>|no way$"])
        let text: DatasetRow = .preference(prompt: .text("ab"), chosen: .text("cd"), rejected: .text("e"))
        #expect(try encode(text) == ["ab|cd$", "ab|e$"])
        #expect(try encode(text, CharacterTokenizer(addsBeginToken: true)) == ["^ab|cd$", "^ab|e$"])
        let bare: DatasetRow = .preference(prompt: .text(""), chosen: .text("cd"), rejected: .text("e"))
        #expect(try encode(bare) == ["c|d$", "e|$"])
        #expect(try encode(bare, CharacterTokenizer(addsBeginToken: true)) == ["^|cd$", "^|e$"])
    }

    @Test("where a completion changes the prompt's last token, both completions begin at that token")
    func merging() throws {
        let row: DatasetRow = .preference(prompt: .text("xa"), chosen: .text("bc"), rejected: .text("dc"))
        #expect(try encode(row, MergingTokenizer()) == ["^x|Ac$", "^x|adc$"])
        let begun: DatasetRow = .preference(prompt: .text("^xa"), chosen: .text("bc"), rejected: .text("dc"))
        #expect(try encode(begun, MergingTokenizer()) == ["^x|Ac$", "^x|adc$"])
    }

    @Test("other rows are refused by their form")
    func refusals() throws {
        let rows: [(DatasetRow, String)] = [
            (.text("a"), "a text"), (.messages([]), "messages"),
            (.promptCompletion(prompt: .text("a"), completion: .text("b")), "a prompt and a completion"),
        ]
        for (row, form) in rows {
            let expected = InputError(
                .data, at: "t.jsonl:3", "expected a preference (prompt, chosen, rejected), found \(form)")
            #expect(throws: expected) { try encode(row) }
        }
        #expect(throws: InputError.self) {
            try encode(.preference(prompt: .text("a"), chosen: .messages([]), rejected: .text("b")))
        }
    }

    private func encodeAll(_ text: String, maxLength: Int) throws -> TokenizedDataset {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/t.jsonl"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try RowEncoder(tokenizer: CharacterTokenizer(), maxLength: maxLength)
            .encodeAllPreferences(of: DatasetReader(path: path))
    }

    @Test("each row of a pair loses its own end, and a pair of which one has no completion left is refused")
    func truncation() throws {
        let lines = """
            {"prompt": "ab", "chosen": "cdef", "rejected": "c"}
            {"prompt": "abc", "chosen": "d", "rejected": "e"}

            """
        let dataset = try encodeAll(lines, maxLength: 5)
        #expect(dataset.rows.map(rendering) == ["ab|cde", "ab|c$", "abc|d$", "abc|e$"])
        #expect(dataset.rowsPerExample == 2 && dataset.exampleCount == 2 && dataset.truncatedRowCount == 1)
        #expect(dataset.rows.map(\.line) == [1, 1, 2, 2])
        let error = #expect(throws: InputError.self) { try encodeAll(lines, maxLength: 3) }
        #expect(error?.place.hasSuffix("t.jsonl:2") == true)
        #expect(error?.message.contains("a completion that begins within data.max_length 3") == true)
    }
}
