import CKernels
import Foundation
import TestSupport
import Testing

/// The tensors of a safetensors file, for tests that must not depend on the reader under test elsewhere.
struct GoldenTensors {
    private let header: [String: [String: Any]]
    private let data: Data

    init(contentsOf url: URL) throws {
        let file = try Data(contentsOf: url)
        let length = file.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let object = try JSONSerialization.jsonObject(with: file[8..<(8 + length)])
        header = (object as? [String: [String: Any]]) ?? [:]
        data = file[(8 + length)...]
    }

    var names: [String] { header.keys.sorted() }

    /// The elements of tensor `name`, whatever its type is called in the file.
    func array<Element: BitwiseCopyable>(_ name: String, of type: Element.Type = Float.self) throws -> [Element] {
        let offsets = try #require(header[name]?["data_offsets"] as? [Int], "no tensor \(name)")
        let bytes = Data(data[(data.startIndex + offsets[0])..<(data.startIndex + offsets[1])])
        return bytes.withUnsafeBytes { raw in
            (0..<(raw.count / MemoryLayout<Element>.stride)).map {
                raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.stride, as: Element.self)
            }
        }
    }
}

@Suite("4-bit storage against the goldens")
struct FourBitGoldenTests {
    let goldens: GoldenTensors

    init() throws {
        goldens = try GoldenTensors(contentsOf: Fixtures.golden("four_bit.safetensors", target: "TensorsTests"))
    }

    /// The cases that `prefix` names: "b64.odd" of "input.b64.odd".
    private func cases(_ prefix: String) -> [String] {
        goldens.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    @Test("Packed bytes and absmax are the golden ones, ties, tails, subnormal and huge values included")
    func quantizes() throws {
        #expect(cases("input.").count >= 8)
        for name in cases("input.") {
            let blockSize = try #require(Int(name.dropFirst().prefix { $0.isNumber }))
            let x = try goldens.array("input.\(name)")
            for (typeName, type) in [("nf4", CK_NF4), ("fp4", CK_FP4)] {
                let bytes = try goldens.array("\(typeName).\(name).packed", of: UInt8.self)
                let scales = try goldens.array("\(typeName).\(name).absmax")
                for (set, kernels) in instructionSets {
                    var codes = [UInt8](repeating: 0, count: bytes.count)
                    var absmax = [Float](repeating: 0, count: scales.count)
                    kernels.ck_quantize4(type, Int64(blockSize), Int64(x.count), x, &codes, &absmax)
                    #expect(codes == bytes, "\(typeName) \(name) \(set)")
                    #expect(absmax == scales, "\(typeName) \(name) \(set)")
                }
            }
        }
    }

    @Test("Values come back as the golden ones in f32, bf16 and f16, bit for bit")
    func dequantizes() throws {
        for name in cases("input.") {
            let blockSize = try #require(Int(name.dropFirst().prefix { $0.isNumber }))
            for (typeName, type) in [("nf4", CK_NF4), ("fp4", CK_FP4)] {
                let place = "\(typeName).\(name)"
                let bytes = try goldens.array("\(place).packed", of: UInt8.self)
                let scales = try goldens.array("\(place).absmax")
                let wide = try goldens.array("\(place).float32", of: UInt32.self)
                let bfloats = try goldens.array("\(place).bfloat16", of: UInt16.self)
                let halves = try goldens.array("\(place).float16", of: UInt16.self)
                try bytes.withUnsafeBufferPointer { codes in
                    try scales.withUnsafeBufferPointer { absmax in
                        var blocks = ck_blocks4()
                        blocks.codes = codes.baseAddress
                        blocks.absmax = absmax.baseAddress
                        blocks.block_size = Int64(blockSize)
                        let n = Int64(wide.count)
                        for (set, kernels) in instructionSets {
                            var floats = [Float](repeating: 0, count: wide.count)
                            var words = [UInt16](repeating: 0, count: wide.count)
                            kernels.ck_dequantize4_f32(type, &blocks, 0, n, &floats)
                            #expect(floats.map(\.bitPattern) == wide, "\(place) \(set)")
                            kernels.ck_dequantize4_bf16(type, &blocks, 0, n, &words)
                            #expect(words == bfloats, "\(place) \(set)")
                            kernels.ck_dequantize4_f16(type, &blocks, 0, n, &words)
                            #expect(words == halves, "\(place) \(set)")
                        }
                        try #require(wide.count > 0)
                    }
                }
            }
        }
    }

    @Test("The dynamic 8-bit map, the mean and doubly quantized scales are the golden ones")
    func quantizesScales() throws {
        var map = [Float](repeating: 0, count: 256)
        ck_dynamic_map(&map)
        #expect(map == (try goldens.array("double.map")))
        for name in cases("double.").filter({ $0.hasSuffix(".absmax") }).map({ $0.dropLast(7) }) {
            let absmax = try goldens.array("double.\(name).absmax")
            let offset = try goldens.array("double.\(name).offset")[0]
            #expect(ck_mean(Int64(absmax.count), absmax) == offset)
            for (set, kernels) in instructionSets {
                var codes = [UInt8](repeating: 0, count: absmax.count)
                var nested = [Float](repeating: 0, count: (absmax.count + 255) / 256)
                kernels.ck_quantize8_nested(Int64(absmax.count), 256, absmax, offset, map, &codes, &nested)
                #expect(codes == (try goldens.array("double.\(name).codes", of: UInt8.self)), "\(name) \(set)")
                #expect(nested == (try goldens.array("double.\(name).absmax2")), "\(name) \(set)")
            }
        }
    }

    @Test("A NaN in a block makes its absmax NaN and leaves the other blocks alone")
    func keepsNaN() {
        var x = [Float](repeating: 0.5, count: 64)
        x[40] = .nan
        for (_, kernels) in instructionSets {
            var codes = [UInt8](repeating: 0, count: 32)
            var absmax: [Float] = [0, 0]
            kernels.ck_quantize4(CK_NF4, 32, 64, x, &codes, &absmax)
            #expect(absmax[0] == 0.5)
            #expect(absmax[1].isNaN)
            #expect(codes[..<16].allSatisfy { $0 == 0xff })
        }
    }
}
