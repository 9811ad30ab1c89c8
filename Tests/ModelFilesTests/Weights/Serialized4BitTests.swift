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
        if case .nested(_, _, _, _, let blockSize) = weight.scales { nestedBlockSize = blockSize }
        let entries = Serialized4Bit.entries(
            named: "x.weight", shape: weight.shape, quantType: weight.quantType, blockSize: weight.blockSize,
            nestedBlockSize: nestedBlockSize, dtype: weight.dtype)
        var writer = try SafetensorsWriter(url, entries: entries)
        try weight.write(named: "x.weight", to: &writer)
        try writer.finish()
    }

    /// All that a weight holds, as text and bytes.
    private func content(_ weight: Serialized4Bit) -> [String: [UInt8]] {
        func bytes(_ tensor: Tensor) -> [UInt8] { tensor.withUnsafeBytes { Array($0) } }
        let form = "\(weight.quantType) \(weight.blockSize) \(weight.shape) \(weight.dtype) \(weight.quantMap)"
        var content = ["form": Array(form.utf8), "codes": bytes(weight.codes)]
        switch weight.scales {
        case .plain(let absmax): content["absmax"] = bytes(absmax)
        case .nested(let codes, let map, let nested, let offset, let blockSize):
            content["scales"] = Array("\(offset) \(blockSize)".utf8)
            content["absmax"] = bytes(codes)
            content["map"] = bytes(map)
            content["nested"] = bytes(nested)
        }
        return content
    }

    @Test("NF4 as bitsandbytes stores it is read, and written to the same tensors")
    func nf4() throws {
        let weight = try read("nf4")
        #expect(weight.quantType == .nf4)
        #expect(weight.blockSize == 64)
        #expect(weight.shape == [48, 64])
        #expect(weight.dtype == .bfloat16)
        #expect(weight.codes.count == 48 * 32)
        #expect(weight.quantMap.first == -1 && weight.quantMap[7] == 0 && weight.quantMap.last == 1)
        guard case .plain(let absmax) = weight.scales else { return #expect(Bool(false), "scales are nested") }
        let scales = absmax.floats
        #expect(scales.count == 48 && scales.allSatisfy { $0 > 1 && $0 < 5 })
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("model.safetensors")
            try write(weight, to: url)
            let (file, golden) = try (
                SafetensorsFile(url), SafetensorsFile(Fixtures.golden("nf4.safetensors", target: target))
            )
            #expect(Set(file.tensors.keys) == Set(golden.tensors.keys))
            for name in golden.tensors.keys {
                let (found, expected) = (Data(try file.bytes(of: name)), Data(try golden.bytes(of: name)))
                #expect((name.contains("quant_state") ? found.trimmingBlanks() : found) == expected)
            }
        }
    }

    @Test("double-quantized FP4 is read, and read again once written")
    func nested() throws {
        let weight = try read("fp4_nested")
        #expect(weight.quantType == .fp4)
        guard case .nested(let codes, let map, let nested, let offset, 256) = weight.scales else {
            return #expect(Bool(false), "scales are not nested in blocks of 256")
        }
        #expect(codes.count == 48 && nested.count == 1 && map.count == 256)
        #expect(map.floats.first! < -0.99 && map.floats.last == 1)
        #expect(offset > 1 && offset < 5)
        try withTemporaryFolder { folder in
            try write(weight, to: folder.appendingPathComponent("model.safetensors"))
            let copy = try #require(try SafetensorsWeights(folder: folder).serialized4Bit("x.weight"))
            #expect(content(copy) == content(weight))
        }
    }

    @Test("an odd number of elements ends in half a byte, and offsets of any length fit the declared state")
    func extremes() throws {
        for offset: Float in [0, 0.1, -.leastNonzeroMagnitude, -.greatestFiniteMagnitude] {
            let weight = Serialized4Bit(
                quantType: .nf4, blockSize: 32, shape: [3, 11], dtype: .float16,
                codes: Tensor(copying: [UInt8](repeating: 0x1f, count: 17)),
                scales: .nested(
                    codes: Tensor(copying: [1, 2]), map: .full([256], 0.25), nested: Tensor([0.5]), offset: offset,
                    nestedBlockSize: 256),
                quantMap: (0..<16).map { Float($0) })
            try withTemporaryFolder { folder in
                try write(weight, to: folder.appendingPathComponent("model.safetensors"))
                let copy = try #require(try SafetensorsWeights(folder: folder).serialized4Bit("x.weight"))
                #expect(content(copy) == content(weight))
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

extension Tensor {
    /// A vector of bytes.
    fileprivate init(copying bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { Tensor(copying: $0, shape: [bytes.count], dtype: .uint8) }
    }
}
