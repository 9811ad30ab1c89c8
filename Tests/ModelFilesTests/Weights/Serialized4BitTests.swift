import Diagnostics
import Foundation
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

@Suite struct Serialized4BitTests {
    /// A folder whose only weights file is a golden.
    private func read(_ golden: String) throws -> Serialized4Bit {
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(
                at: Fixtures.golden("\(golden).safetensors", target: target),
                to: folder.appendingPathComponent("model.safetensors"))
            return try #require(try SafetensorsWeights(folder: folder).serialized4Bit("x.weight"))
        }
    }

    private func write(_ weight: Serialized4Bit, to url: URL) throws {
        var nestedBlockSize: Int?
        if case .nested(_, _, _, let blockSize, _) = weight.absmax { nestedBlockSize = blockSize }
        let entries = Serialized4Bit.entries(
            named: "x.weight", shape: weight.shape, quantType: weight.quantType, blockSize: weight.blockSize,
            nestedBlockSize: nestedBlockSize, dtype: weight.dtype)
        var writer = try SafetensorsWriter(url, entries: entries)
        try weight.write(named: "x.weight", to: &writer)
        try writer.finish()
    }

    @Test("NF4 as bitsandbytes stores it is read, and written to the same bytes")
    func nf4() throws {
        let weight = try read("nf4")
        #expect(weight.quantType == .nf4)
        #expect(weight.blockSize == 64)
        #expect(weight.shape == [48, 64])
        #expect(weight.dtype == .bfloat16)
        #expect(weight.codes.count == 48 * 32)
        #expect(weight.quantMap.first == -1 && weight.quantMap[7] == 0 && weight.quantMap.last == 1)
        guard case .float32(let scales) = weight.absmax else { return #expect(Bool(false), "scales are nested") }
        #expect(scales.count == 48 && scales.allSatisfy { $0 > 1 && $0 < 5 })
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("model.safetensors")
            try write(weight, to: url)
            #expect(try Data(contentsOf: url) == Data(contentsOf: Fixtures.golden("nf4.safetensors", target: target)))
        }
    }

    @Test("double-quantized FP4 is read, and read again once written")
    func nested() throws {
        let weight = try read("fp4_nested")
        #expect(weight.quantType == .fp4)
        guard case .nested(let codes, let scales, let map, 256, let offset) = weight.absmax else {
            return #expect(Bool(false), "scales are not nested in blocks of 256")
        }
        #expect(codes.count == 48 && scales.count == 1 && map.count == 256)
        #expect(map.first! < -0.99 && map.last == 1)
        #expect(offset > 1 && offset < 5)
        try withTemporaryFolder { folder in
            try write(weight, to: folder.appendingPathComponent("model.safetensors"))
            #expect(try SafetensorsWeights(folder: folder).serialized4Bit("x.weight") == weight)
        }
    }

    @Test("an odd number of elements ends in half a byte, and offsets of any length fit the declared state")
    func extremes() throws {
        for offset: Float in [0, 0.1, -.leastNonzeroMagnitude, -.greatestFiniteMagnitude] {
            let weight = Serialized4Bit(
                quantType: .nf4, blockSize: 32, shape: [3, 11], dtype: .float16,
                codes: [UInt8](repeating: 0x1f, count: 17),
                absmax: .nested(
                    codes: [1, 2], absmax: [0.5], quantMap: [Float](repeating: 0.25, count: 256), blockSize: 256,
                    offset: offset),
                quantMap: (0..<16).map { Float($0) })
            try withTemporaryFolder { folder in
                try write(weight, to: folder.appendingPathComponent("model.safetensors"))
                #expect(try SafetensorsWeights(folder: folder).serialized4Bit("x.weight") == weight)
            }
        }
    }

    @Test("a weight without a quantization state is not 4-bit")
    func absent() throws {
        let model = try ModelLocation.open(Fixtures.golden("llama", target: target))
        #expect(try model.weights.serialized4Bit("model.norm.weight") == nil)
    }

    @Test(
        "parts that do not fit each other are refused",
        arguments: [
            (#""blocksize": 64"#, #""blocksize": 32"#), (#""blocksize": 64"#, #""blocksize": 48"#),
            (#""shape": [48, 64]"#, #""shape": [48, 96]"#), (#""shape": [48, 64]"#, #""shape": [48,  0]"#),
            (#""dtype": "bfloat16""#, #""dtype": "bfloat61""#), (#""quant_type": "nf4""#, #""quant_type": "fp4""#),
            (#""quant_type""#, #""quant_kind""#), (#""blocksize": 64, "#, #""blocksize"  64, "#),
            (#""dtype":"F32","shape":[48]"#, #""dtype":"I32","shape":[48]"#),
            ("x.weight.quant_map", "x.weight.quant_mop"), ("x.weight.absmax", "x.weight.absmix"),
        ])
    func refusals(original: String, replacement: String) throws {
        var bytes = try Data(contentsOf: Fixtures.golden("nf4.safetensors", target: target))
        bytes.replaceSubrange(try #require(bytes.range(of: Data(original.utf8))), with: Data(replacement.utf8))
        try withTemporaryFolder { folder in
            try bytes.write(to: folder.appendingPathComponent("model.safetensors"))
            expectInputError(naming: "model.safetensors", replacement) {
                _ = try SafetensorsWeights(folder: folder).serialized4Bit("x.weight")
            }
        }
    }
}
