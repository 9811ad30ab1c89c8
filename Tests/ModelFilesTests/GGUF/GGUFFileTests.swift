import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import ModelFiles

@Suite struct GGUFFileTests {
    static let encodings: [WeightEncoding] = [
        .float32, .float16, .bfloat16, .q40, .q41, .q50, .q51, .q80, .q4K, .q5K, .q6K,
    ]

    @Test("every encoding dequantizes to the bits that Python's gguf gives")
    func dequantization() throws {
        let file = try GGUFFile(Fixtures.golden("types.gguf", target: target))
        let golden = try Data(contentsOf: Fixtures.golden("types.f32", target: target))
        let expected = golden.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
        #expect(file.tensors.count == Self.encodings.count)
        for (index, encoding) in Self.encodings.enumerated() {
            let entry = try file.entry(encoding.rawValue)
            #expect(entry.encoding == encoding)
            #expect(entry.shape == [2, 512])
            let weight = WeightEntry(encoding: encoding, shape: entry.shape, byteCount: entry.byteRange.count)
            let reader = try RowReader(weight, bytes: file.bytes(of: encoding.rawValue), place: "")
            var values = [Float](repeating: .nan, count: 1024)
            values.withUnsafeMutableBufferPointer { reader.readFloat32(rows: 0..<2, into: $0) }
            let golden = Array(expected[index * 1024..<(index + 1) * 1024])
            #expect(values.map(\.bitPattern) == golden, "\(encoding)")
            var second = [Float](repeating: .nan, count: 512)
            second.withUnsafeMutableBufferPointer { reader.readFloat32(rows: 1..<2, into: $0) }
            #expect(second.map(\.bitPattern) == Array(golden[512...]), "second row of \(encoding)")
        }
    }

    @Test("every type of metadata value is read")
    func metadata() throws {
        let metadata = try GGUFFile(Fixtures.golden("types.gguf", target: target)).metadata
        #expect(metadata["value.uint8"] == .uint8(200))
        #expect(metadata["value.int8"] == .int8(-100))
        #expect(metadata["value.uint16"] == .uint16(60_000))
        #expect(metadata["value.int16"] == .int16(-30_000))
        #expect(metadata["value.uint32"] == .uint32(4_000_000_000))
        #expect(metadata["value.int32"] == .int32(-2_000_000_000))
        #expect(metadata["value.uint64"] == .uint64(.max))
        #expect(metadata["value.int64"] == .int64(.min))
        #expect(metadata["value.float32"] == .float32(0.1))
        #expect(metadata["value.float64"] == .float64(0.1))
        #expect(metadata["value.bool"] == .bool(true))
        #expect(metadata["value.string"] == .string("Grüße, 世界 🌍"))
        #expect(metadata["array.int32"] == .array(.int32([1, -2, 3])))
        #expect(metadata["array.float32"] == .array(.float32([0.5, -0.25])))
        #expect(metadata["array.bool"] == .array(.bool([true, false])))
        #expect(metadata["array.string"] == .array(.string(["a", "", "ß"])))
    }

    @Test("nested arrays, every element type, another alignment and version 2 are read")
    func handMade() throws {
        var file = GGUFBytes()
        let inner = GGUFBytes.array(type: 1, count: 2, [0xff, 3]) + GGUFBytes.array(type: 8, count: 0, [])
        file.add("nested", type: 9, GGUFBytes.array(type: 9, count: 2, inner))
        file.add("u8", type: 9, GGUFBytes.array(type: 0, count: 2, [1, 255]))
        file.add("u16", type: 9, GGUFBytes.array(type: 2, count: 1, [1, 2]))
        file.add("i16", type: 9, GGUFBytes.array(type: 3, count: 1, [0xfe, 0xff]))
        file.add("u32", type: 9, GGUFBytes.array(type: 4, count: 1, [1, 0, 0, 0x80]))
        file.add("u64", type: 9, GGUFBytes.array(type: 10, count: 1, GGUFBytes.integer(UInt64.max)))
        file.add("i64", type: 9, GGUFBytes.array(type: 11, count: 1, GGUFBytes.integer(Int64.min)))
        file.add("f64", type: 9, GGUFBytes.array(type: 12, count: 1, GGUFBytes.integer((0.1).bitPattern)))
        file.add("general.alignment", 8)
        file.addTensor("t", shape: [3, 1, 2], [1, 2, 3, 4, 5, 6])
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("x.gguf")
            try write(file.bytes(version: 2), to: url)
            let file = try GGUFFile(url)
            #expect(file.version == 2)
            #expect(file.metadata["nested"] == .array(.array([.int8([-1, 3]), .string([])])))
            #expect(file.metadata["u8"] == .array(.uint8([1, 255])))
            #expect(file.metadata["u16"] == .array(.uint16([0x201])))
            #expect(file.metadata["i16"] == .array(.int16([-2])))
            #expect(file.metadata["u32"] == .array(.uint32([0x8000_0001])))
            #expect(file.metadata["u64"] == .array(.uint64([.max])))
            #expect(file.metadata["i64"] == .array(.int64([.min])))
            #expect(file.metadata["f64"] == .array(.float64([0.1])))
            #expect(file.tensors["t"]?.shape == [3, 1, 2])
        }
    }

    @Test("numbers of any width count as integers where they fit")
    func integers() {
        #expect(GGUFValue.uint64(.max).integer == nil)
        #expect(GGUFValue.int8(-1).integer == -1)
        #expect(GGUFValue.float64(2).integer == nil)
        #expect(GGUFValue.uint16(7).double == 7)
        #expect(GGUFArray.uint64([1, .max]).integers == nil)
        #expect(GGUFArray.int16([-1, 2]).integers == [-1, 2])
        #expect(GGUFArray.array([.bool([true])]).count == 1)
    }
}
