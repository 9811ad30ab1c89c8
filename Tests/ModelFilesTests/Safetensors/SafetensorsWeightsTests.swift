import Diagnostics
import Foundation
import ModelFiles
import Tensors
import Testing

@Suite struct SafetensorsWeightsTests {
    /// Writes two shards, `a`, `b` in one and `c` in the other, and an index of the given map.
    private func writeShards(_ folder: URL, map: String) throws {
        var first = try SafetensorsWriter(
            folder.appendingPathComponent("model-00001-of-00002.safetensors"),
            entries: [.init(name: "a", dtype: .float32, shape: [2]), .init(name: "b", dtype: .int64, shape: [1])])
        try first.append([Float(1), 2], to: "a")
        try first.append([Int64(7)], to: "b")
        try first.finish()
        var second = try SafetensorsWriter(
            folder.appendingPathComponent("model-00002-of-00002.safetensors"),
            entries: [.init(name: "c", dtype: .bfloat16, shape: [2, 2])])
        try second.append([UInt16(0x3f80), 0x4000, 0xbf80, 0x7f80], to: "c")
        try second.finish()
        try write(
            #"{"metadata":{"total_size":24},"weight_map":{\#(map)}}"#,
            to: folder.appendingPathComponent("model.safetensors.index.json"))
    }

    private let first = "model-00001-of-00002.safetensors"
    private let second = "model-00002-of-00002.safetensors"

    @Test("a sharded folder is read as one")
    func sharded() throws {
        try withTemporaryFolder { folder in
            try writeShards(folder, map: #""a":"\#(first)","b":"\#(first)","c":"\#(second)""#)
            let weights = try SafetensorsWeights(folder: folder)
            #expect(weights.names == ["a", "b", "c"])
            #expect(try weights.entry("b") == WeightEntry(encoding: .int64, shape: [1], byteCount: 8))
            #expect(try readFloat32(weights, "a") == [1, 2])
            #expect(try readFloat32(weights, "c") == [1, 2, -1, .infinity])
            weights.release("c")
            #expect(try readBFloat16(weights, "c") == [0x3f80, 0x4000, 0xbf80, 0x7f80])
            expectInputError(naming: "'b'") { _ = try readFloat32(weights, "b") }
            expectInputError(naming: first) { _ = try weights.entry("d") }
        }
    }

    @Test("an index that does not agree with its shards is refused")
    func disagreement() throws {
        let wrongMaps = [
            "": "index.json",
            #""a":"\#(first)","c":"\#(second)""#: first,
            #""a":"\#(first)","b":"\#(first)","c":"\#(second)","d":"\#(second)""#: second,
            #""a":"\#(first)","b":"\#(second)","c":"\#(second)""#: "model-0000",
            #""a":"\#(first)","b":"\#(first)","c":"\#(first)""#: first,
            #""a":"../\#(first)","b":"\#(first)","c":"\#(second)""#: "weight_map.a",
            #""a":"/etc/passwd","b":"\#(first)","c":"\#(second)""#: "weight_map.a",
            #""a":"..","b":"\#(first)","c":"\#(second)""#: "weight_map.a",
            #""a":"","b":"\#(first)","c":"\#(second)""#: "weight_map.a",
            #""a":3,"b":"\#(first)","c":"\#(second)""#: "weight_map.a",
            #""a":"\#(first)","a":"\#(second)","b":"\#(first)","c":"\#(second)""#: "index.json",
        ]
        for (map, place) in wrongMaps {
            try withTemporaryFolder { folder in
                try writeShards(folder, map: map)
                expectInputError(naming: place, map) { _ = try SafetensorsWeights(folder: folder) }
            }
        }
    }

    @Test("a missing shard and a folder without weights are missing files")
    func missing() throws {
        try withTemporaryFolder { folder in
            expectInputError(.missingFile, naming: folder.lastPathComponent) {
                _ = try SafetensorsWeights(folder: folder)
            }
            try writeShards(folder, map: #""a":"\#(first)","b":"\#(first)","c":"other.safetensors""#)
            expectInputError(.missingFile, naming: "other.safetensors") { _ = try SafetensorsWeights(folder: folder) }
        }
    }

    @Test("f32 is rounded to bf16 to nearest even, f16 is widened exactly, slices are rows of the whole")
    func conversion() throws {
        try withTemporaryFolder { folder in
            let singles: [Float] = [
                1, 1.003_906_25, 1.011_718_75, -3.4e38, .infinity, Float(bitPattern: 0x7f80_0001), 0x1p-140, -0.0,
            ]
            let halves = (0..<4096).map { Float16(bitPattern: UInt16($0 * 16 + 5)) }
            var writer = try SafetensorsWriter(
                folder.appendingPathComponent("model.safetensors"),
                entries: [
                    .init(name: "singles", dtype: .float32, shape: [4, 2]),
                    .init(name: "halves", dtype: .float16, shape: [64, 64]),
                ])
            try writer.append(singles, to: "singles")
            try writer.append(halves, to: "halves")
            try writer.finish()
            let weights = try SafetensorsWeights(folder: folder)
            #expect(
                try readBFloat16(weights, "singles")
                    == [0x3f80, 0x3f80, 0x3f82, 0xff80, 0x7f80, 0x7fc0, 0x0000, 0x8000])
            let widened = try readFloat32(weights, "halves")
            for (half, single) in zip(halves, widened) {
                #expect(half.isNaN ? single.isNaN : Float(half).bitPattern == single.bitPattern)
            }
            var rows = [Float](repeating: 0, count: 3 * 64)
            try rows.withUnsafeMutableBufferPointer { try weights.readFloat32("halves", rows: 5..<8, into: $0) }
            #expect(rows.map(\.bitPattern) == widened[5 * 64..<8 * 64].map(\.bitPattern))
        }
    }
}
