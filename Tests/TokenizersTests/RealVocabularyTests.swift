import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// Against the published vocabularies, where they have been downloaded.
@Suite("Published vocabularies") struct RealVocabularyTests {
    private struct Goldens: Decodable {
        var texts: [String]
        var smollm2: [[Int32]]
        var llama3: [[Int32]]
    }

    private struct Row: Decodable {
        var text: String
        var smollm2: [Int32]
        var llama3: [Int32]
    }

    /// Texts with their ids in a folder beside the repository, where there is one.
    private static let sharedRows = Fixtures.root.deletingLastPathComponent()
        .appendingPathComponent("shared/reference/tokens.json")

    @Test(
        "SmolLM2's vocabulary from its GGUF file gives the ids of Hugging Face tokenizers",
        .enabled(if: TokenizerFixtures.smolLM2File != nil))
    func smolLM2() throws {
        let goldens = try TokenizerFixtures.decode(Goldens.self, "real_ids.json")
        let tokenizer = try Tokenizer(
            vocabulary: GGUFMetadata(try #require(TokenizerFixtures.smolLM2File)).vocabulary())
        #expect(tokenizer.vocabularySize == 49_152)
        #expect(tokenizer.chatTemplate == .smolLM2)
        #expect(tokenizer.beginToken == 1)
        #expect(tokenizer.endToken == 2)
        #expect(tokenizer.endOfTurnTokens == [2])
        #expect(tokenizer.padToken == nil, "the file's pad token ends turns")
        #expect(!tokenizer.addsBeginToken)
        for (text, ids) in zip(goldens.texts, goldens.smollm2) {
            #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
        }
    }

    @Test(
        "Llama-3's tokenizer.model gives the ids of tiktoken", .enabled(if: TokenizerFixtures.llama3File != nil))
    func llama3() throws {
        let goldens = try TokenizerFixtures.decode(Goldens.self, "real_ids.json")
        let tokenizer = try Tokenizer(tiktokenModel: try #require(TokenizerFixtures.llama3File))
        #expect(tokenizer.vocabularySize == 128_256)
        #expect(tokenizer.beginToken == 128_000)
        #expect(tokenizer.endOfTurnTokens == [128_001, 128_008, 128_009])
        #expect(tokenizer.padToken == 128_004)
        for (text, ids) in zip(goldens.texts, goldens.llama3) {
            #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
        }
    }

    @Test(
        "both give the ids of the shared reference rows",
        .enabled(
            if: FileManager.default.fileExists(atPath: sharedRows.path) && TokenizerFixtures.smolLM2File != nil
                && TokenizerFixtures.llama3File != nil))
    func sharedReference() throws {
        let rows = try JSONDecoder().decode([Row].self, from: Data(contentsOf: Self.sharedRows))
        let smolLM2 = try Tokenizer(
            vocabulary: GGUFMetadata(try #require(TokenizerFixtures.smolLM2File)).vocabulary())
        let llama3 = try Tokenizer(tiktokenModel: try #require(TokenizerFixtures.llama3File))
        for row in rows {
            #expect(smolLM2.encode(row.text) == row.smollm2, "\(row.text.debugDescription)")
            #expect(llama3.encode(row.text) == row.llama3, "\(row.text.debugDescription)")
        }
    }
}
