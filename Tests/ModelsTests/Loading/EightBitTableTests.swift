import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@testable import Models

private let smolLM2 = Fixtures.root.appendingPathComponent("Checkpoints/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")

@Suite(
    "An embedding stored as Q8_0, where Checkpoints/smollm2 holds the real model",
    .enabled(if: FileManager.default.fileExists(atPath: smolLM2.path)))
struct EightBitTableTests {
    @Test("stays in the mapped file, is the head too and holds the file's values")
    func table() throws {
        let location = try ModelLocation.open(smolLM2)
        let before = TensorMemory.liveBytes
        let table = try WeightReader(location, order: []).table(
            "model.embed_tokens.weight", shape: [49152, 576], blockType: .bfloat16)
        #expect(TensorMemory.liveBytes - before < 1 << 20)
        #expect(table.byteCount == 49152 * 576 / 32 * 34)
        for token in [0, 17, 49151] {
            let row = Tensor.zeros([1, 576])
            try location.weights.readFloat32(
                "model.embed_tokens.weight", rows: token..<token + 1,
                into: UnsafeMutableBufferPointer(start: row.float32, count: 576))
            #expect(embeddingRows(table, tokens: [Int32(token)]).floats == row.floats)
        }
    }

    @Test("its bytes are known before they are read")
    func bytes() throws {
        let location = try ModelLocation.open(smolLM2)
        let settings = QuantizationSettings()
        let model = try LlamaModel(location, quantization: settings)
        #expect(try location.weightBytes(computeType: .bfloat16, quantization: settings) == model.weightBytes)
        guard case .eightBit = model.head else { return #expect(Bool(false), "the head is stored otherwise") }
    }
}
