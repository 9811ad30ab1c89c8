import Foundation
import ModelFiles
import TestSupport
import Testing

private let smolLM2 = Fixtures.root.appendingPathComponent("Checkpoints/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")

/// Tests on the real model, where `Checkpoints/smollm2` holds it.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: smolLM2.path), "SmolLM2 is not there"))
struct SmolLM2Tests {
    @Test("configuration and tokenizer metadata are SmolLM2-135M's")
    func metadata() throws {
        let model = try ModelLocation.open(smolLM2)
        #expect(
            model.configuration
                == LlamaConfiguration(
                    vocabularySize: 49152, hiddenSize: 576, intermediateSize: 1536, layerCount: 30,
                    attentionHeadCount: 9, keyValueHeadCount: 3, headDimension: 64, rmsNormEpsilon: 1e-5,
                    ropeTheta: 100_000, maxPositionEmbeddings: 8192, tiesWordEmbeddings: true,
                    beginningOfSequenceToken: 1, endOfSequenceTokens: [2], paddingToken: 2))
        #expect(model.weights.names.count == 272)
        #expect(model.tokenizer?.preTokenizer == "smollm")
        #expect(model.tokenizer?.tokens.count == 49152)
        #expect(model.tokenizer?.merges.first == "Ġ t")
        #expect(model.tokenizer?.tokenTypes.first == 3)
        #expect(model.tokenizer?.addsBeginningOfSequence == false)
        #expect(model.tokenizer?.chatTemplate?.contains("<|im_start|>") == true)
    }

    @Test("dequantized tensors have the checksums that Python's gguf gives")
    func checksums() throws {
        let golden = try Data(contentsOf: Fixtures.golden("smollm2.json", target: target))
        let sums = try JSONDecoder().decode([String: UInt64].self, from: golden)
        #expect(sums.count == 5)
        let weights = try ModelLocation.open(smolLM2).weights
        for (name, sum) in sums {
            let entry = try weights.entry(name)
            let rows = min(600, entry.rowCount)
            var values = [Float](repeating: 0, count: rows * entry.rowLength)
            try values.withUnsafeMutableBufferPointer { try weights.readFloat32(name, rows: 0..<rows, into: $0) }
            let found = values.withUnsafeBufferPointer { buffer in
                var sum: UInt64 = 0
                for index in 0..<buffer.count { sum &+= UInt64(buffer[index].bitPattern) &* UInt64(2 * index + 1) }
                return sum
            }
            #expect(found == sum, "\(name)")
        }
    }
}
