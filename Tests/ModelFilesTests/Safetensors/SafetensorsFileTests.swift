import Diagnostics
import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite struct SafetensorsFileTests {
    /// The tensors of types.safetensors, in another order than the file's.
    static let types: [SafetensorsWriter.Entry] = [
        .init(name: "scalar", dtype: .float32, shape: []), .init(name: "b.float32", dtype: .float32, shape: [3, 5]),
        .init(name: "a.float32", dtype: .float32, shape: [4]),
        .init(name: "bfloat16", dtype: .bfloat16, shape: [2, 3]),
        .init(name: "float16", dtype: .float16, shape: [7]), .init(name: "int32", dtype: .int32, shape: [2, 2]),
        .init(name: "int64", dtype: .int64, shape: [3]), .init(name: "uint8 \"ä\"", dtype: .uint8, shape: [5, 1]),
        .init(name: "empty", dtype: .float32, shape: [0, 4]),
    ]

    static func content(_ entry: SafetensorsWriter.Entry) -> [UInt8] {
        (0..<entry.byteCount).map { UInt8(($0 * 37 + 11) % 251) }
    }

    @Test("a file from Python's safetensors is read bit for bit")
    func python() throws {
        let file = try SafetensorsFile(Fixtures.golden("types.safetensors", target: target))
        #expect(file.metadata == ["format": "pt"])
        #expect(Set(file.tensors.keys) == Set(Self.types.map(\.name)))
        for entry in Self.types {
            let found = try file.entry(entry.name)
            #expect(found.dtype == SafetensorsDType(entry.dtype))
            #expect(found.shape == entry.shape)
            #expect(try file.bytes(of: entry.name).elementsEqual(Self.content(entry)))
        }
    }

    @Test("escapes in names, blanks and empty tensors are read")
    func sample() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("x.safetensors")
            try write(SafetensorsBytes.sample, to: url)
            let file = try SafetensorsFile(url)
            #expect(file.metadata == ["format": "pt", "é😀": "x\n"])
            #expect(file.tensors["c"]?.shape == [2, 0])
            #expect(try file.bytes(of: "c").isEmpty)
            #expect(try file.bytes(of: "d").elementsEqual((34..<40).map { UInt8($0 * 5) }))
            expectInputError(naming: "x.safetensors") { _ = try file.bytes(of: "e") }
        }
    }

    @Test("types without a place in memory are listed, and refused only when they are read")
    func foreignTypes() throws {
        try withTemporaryFolder { folder in
            let header = #"{"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#
            try write(
                SafetensorsBytes.make(header: header, data: [UInt8](repeating: 1, count: 8)),
                to: folder.appendingPathComponent("model.safetensors"))
            let weights = try SafetensorsWeights(folder: folder)
            #expect(weights.names == ["x"])
            let error = expectInputError(naming: "'x'") { _ = try weights.entry("x") }
            #expect(error?.message.contains("F64") == true)
        }
    }
}
