import Foundation
import Layers
import ModelFiles
import Tensors
import TestSupport
import Testing

@testable import Models

@Suite("Loading by memory map")
struct MappedLoadingTests {
    private func logits(_ location: ModelLocation, _ golden: Golden, _ type: DType) throws -> [Float] {
        let model = try LlamaModel(location, computeType: type)
        let tokens = try golden.integers("tokens.1")
        return model.logits(tokens: tokens, plan: SegmentPlan(lengths: [tokens.count])).floats
    }

    private func isCopied(_ weight: FrozenWeight) -> Bool {
        guard case .dense(let tensor) = weight else { return false }
        return tensor.storage.isWritable
    }

    @Test("a model whose tensors no address fits is copied and gives the same logits", arguments: LlamaModelTests.names)
    func misaligned(name: String) throws {
        let golden = try Golden(name)
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let copy = folder.appendingPathComponent("model")
        try FileManager.default.copyItem(at: golden.location.url, to: copy)
        for file in try FileManager.default.contentsOfDirectory(atPath: copy.path) where file.hasSuffix(".safetensors")
        {
            try shiftData(of: copy.appendingPathComponent(file), by: 1)
        }
        let shifted = try ModelLocation.open(copy)
        #expect(try isCopied(LlamaModel(shifted).embedding))
        #expect(try !isCopied(LlamaModel(golden.location).embedding))
        for type in [DType.float32, .bfloat16] {
            #expect(try logits(shifted, golden, type) == logits(golden.location, golden, type))
        }
    }

    @Test("a 4-bit folder is mapped whole: only norms take memory of their own")
    func quantized() async {
        await #expect(processExitsWith: .success) {
            for name in ["plain_nf4", "plain_nf4_nested"] {
                let location = try Golden(name).location
                let before = TensorMemory.liveBytes
                let model = try LlamaModel(location)
                let norms = (2 * model.layers.count + 1) * model.configuration.hiddenSize * 4
                // And the tables of the rotary embedding.
                let own = TensorMemory.liveBytes - before
                #expect(own < norms + 4096 && own < model.weightBytes / 4)
                #expect(model.projections.allSatisfy { !($0 as! NF4Linear).matrix.codes.storage.isWritable })
            }
        }
    }

    @Test("a sharded model is quantized and its copy written within the result and a little, and the copy is mapped")
    func bounds() async {
        // In a process of its own, whose memory nothing else takes.
        await #expect(processExitsWith: .success) {
            let synthetic = try SyntheticModel(
                layers: 2, hidden: 2048, feedForward: 8192, vocabulary: 8192, keyValueHeads: 8, shards: 3)
            defer { synthetic.remove() }
            let copy = synthetic.folder.appendingPathComponent("copy")
            try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
            // Threads, kernels' scratch and the heap's own reserve.
            let slack = 48 << 20
            let location = try ModelLocation.open(synthetic.folder)
            let tokens: [Int32] = [1, 5, 8191, 7, 40]
            let plan = SegmentPlan(lengths: [5])
            var expected: [Float] = []
            do {
                ResidentMemory.resetPeak()
                let before = ResidentMemory.now
                let model = try LlamaModel(location, quantization: QuantizationSettings())
                // Embedding and head are not read; a weight's pages are held while it is quantized.
                let result = model.projections.reduce(0) { $0 + $1.weight.byteCount }
                let peak = ResidentMemory.peak - before
                #expect(result > 59 << 20 && synthetic.byteCount > 270 << 20)
                #expect(peak < result + synthetic.largestByteCount + slack, "\(peak) bytes for \(result)")
                expected = model.logits(tokens: tokens, plan: plan).floats
            }
            do {
                ResidentMemory.resetPeak()
                let before = ResidentMemory.now
                try location.writeFourBitWeights(QuantizationSettings(), to: copy)
                let peak = ResidentMemory.peak - before
                #expect(peak < 2 * synthetic.largestByteCount + slack, "\(peak) bytes while copying")
            }
            let before = (ResidentMemory.now, TensorMemory.liveBytes)
            let mapped = try LlamaModel(ModelLocation.open(copy))
            #expect(ResidentMemory.now - before.0 < 8 << 20)
            #expect(TensorMemory.liveBytes - before.1 < 64 << 10)
            #expect(mapped.logits(tokens: tokens, plan: plan).floats == expected)
        }
    }
}
