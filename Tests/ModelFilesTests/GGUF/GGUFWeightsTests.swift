import Diagnostics
import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite struct GGUFWeightsTests {
    @Test("a GGUF model has the weights of the Hugging Face folder it was made from, bit for bit")
    func sameWeights() throws {
        let gguf = try ModelLocation.open(Fixtures.golden("llama.gguf", target: target))
        let folder = try ModelLocation.open(Fixtures.golden("llama", target: target))
        #expect(gguf.weights.names == folder.weights.names)
        for name in gguf.weights.names {
            let expected = try readFloat32(folder.weights, name)
            #expect(try gguf.weights.entry(name).shape == folder.weights.entry(name).shape)
            #expect(try readFloat32(gguf.weights, name).elementsEqual(expected), "\(name)")
            #expect(try readBFloat16(gguf.weights, name) == readBFloat16(folder.weights, name), "\(name)")
            let rows = try gguf.weights.entry(name).rowCount
            guard rows > 3 else { continue }
            let columns = expected.count / rows
            var slice = [Float](repeating: 0, count: (rows - 3) * columns)
            try slice.withUnsafeMutableBufferPointer {
                try gguf.weights.readFloat32(name, rows: 2..<rows - 1, into: $0)
            }
            #expect(slice == Array(expected[2 * columns..<(rows - 1) * columns]), "\(name)")
            gguf.weights.release(name)
            #expect(try gguf.weights.serialized4Bit(name) == nil)
        }
    }

    @Test("a tensor that a Llama model does not have is refused by name")
    func unknownTensor() throws {
        for name in ["blk.0.attn_q.bias", "blk.00.attn_q.weight", "blk.-1.attn_q.weight", "blk.0.ffn_gate_exps.weight"]
        {
            try withTemporaryFolder { folder in
                let url = folder.appendingPathComponent("x.gguf")
                var file = GGUFBytes.llama()
                file.addTensor(name, shape: [1], [0])
                try write(file.bytes(), to: url)
                expectInputError(naming: name) { _ = try ModelLocation.open(url) }
            }
        }
    }

    @Test("query rows that do not divide into heads are refused")
    func wrongHeads() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("x.gguf")
            var file = GGUFBytes.llama()
            file.addTensor("blk.1.attn_q.weight", shape: [6, 4], [Float](repeating: 0, count: 24))
            try write(file.bytes(), to: url)
            let weights = try ModelLocation.open(url).weights
            expectInputError(naming: "blk.1.attn_q") {
                _ = try readFloat32(weights, "model.layers.1.self_attn.q_proj.weight")
            }
        }
    }
}
