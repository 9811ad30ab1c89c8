import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("Decoding") struct DecodingTests {
    private struct Row: Decodable {
        var ids: [Int32]
        var text: String
        var skipping: String
    }

    @Test("decoding gives the text of Hugging Face tokenizers, also where the bytes are not UTF-8")
    func decode() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer()
        for row in try TokenizerFixtures.decode([Row].self, "decode.json") {
            #expect(tokenizer.decode(row.ids).unicodeScalars.elementsEqual(row.text.unicodeScalars), "\(row.ids)")
            let skipping = tokenizer.decode(row.ids, skippingSpecialTokens: true)
            #expect(skipping.unicodeScalars.elementsEqual(row.skipping.unicodeScalars), "\(row.ids)")
        }
    }

    @Test("a streaming decoder gives whole characters that add up to the text decoded at once")
    func streaming() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer()
        for row in try TokenizerFixtures.decode([Row].self, "decode.json") {
            for skips in [false, true] {
                var decoder = StreamingDecoder(tokenizer, skippingSpecialTokens: skips)
                let text = row.ids.map { decoder.append($0) }.joined() + decoder.finish()
                #expect(text.unicodeScalars.elementsEqual((skips ? row.skipping : row.text).unicodeScalars))
            }
        }
    }

    @Test("a streaming decoder holds a character back until its last byte has come")
    func heldBack() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer()
        // U+1F9FF is not in the training text, so that its bytes stay tokens of their own.
        let tokens = tokenizer.encode("🧿")
        try #require(tokens.count > 1)
        var decoder = StreamingDecoder(tokenizer)
        #expect(tokens.map { decoder.append($0) } == tokens.dropLast().map { _ in "" } + ["🧿"])
        #expect(decoder.append(tokens[0]) == "")
        #expect(decoder.finish() == "\u{FFFD}")
        #expect(decoder.finish() == "")
    }

    @Test("ids outside the vocabulary decode to nothing")
    func outOfRange() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer()
        #expect(tokenizer.decode([-1, Int32.max, Int32(tokenizer.vocabularySize)]) == "")
    }
}
