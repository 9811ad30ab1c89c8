import Foundation
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

@Suite struct MappedWeightTests {
    private static let entries = [
        SafetensorsWriter.Entry(name: "bytes", dtype: .uint8, shape: [7]),
        SafetensorsWriter.Entry(name: "floats", dtype: .float32, shape: [3, 5]),
        SafetensorsWriter.Entry(name: "halves", dtype: .bfloat16, shape: [4, 2]),
    ]

    private static func content(_ entry: SafetensorsWriter.Entry) -> [UInt8] {
        (0..<entry.byteCount).map { UInt8($0 * 7 % 251) }
    }

    /// A folder whose weights begin `shift` bytes behind a multiple of 64.
    private func withWeights(shift: Int, _ body: (SafetensorsWeights) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("model.safetensors")
            var writer = try SafetensorsWriter(url, entries: Self.entries, alignment: 64)
            for entry in Self.entries { try writer.append(Self.content(entry), to: entry.name) }
            try writer.finish()
            try shiftData(of: url, by: shift)
            try body(SafetensorsWeights(folder: folder))
        }
    }

    @Test(
        "a weight is a tensor over the file where its address fits its type, and none where it does not",
        arguments: 0..<9)
    func alignment(shift: Int) throws {
        try withWeights(shift: shift) { weights in
            for entry in Self.entries {
                let tensor = try weights.mapped(entry.name)
                #expect((tensor != nil) == (shift % entry.dtype.byteCount == 0))
                guard let tensor else { continue }
                #expect(tensor.shape == entry.shape && tensor.dtype == entry.dtype)
                let stored = try weights.bytes(entry.name)
                tensor.withUnsafeBytes {
                    #expect($0.baseAddress == stored.baseAddress)
                    #expect($0.elementsEqual(Self.content(entry)))
                }
            }
        }
    }

    @Test("a mapped tensor outlives the source and the file's name")
    func lifetime() throws {
        var tensors: [Tensor] = []
        try withWeights(shift: 0) { weights in tensors = try Self.entries.compactMap { try weights.mapped($0.name) } }
        #expect(tensors.count == 3)
        for (tensor, entry) in zip(tensors, Self.entries) {
            #expect(tensor.withUnsafeBytes { $0.elementsEqual(Self.content(entry)) })
        }
    }

    @Test("a mapped tensor takes no memory of its own")
    func memory() throws {
        try withWeights(shift: 0) { weights in
            let tensor = try #require(try weights.mapped("floats"))
            #expect(!tensor.storage.isWritable)
            #expect(tensor.copied().storage.isWritable)
        }
    }

    @Test("a file that was cut short is found out before a tensor is made over it")
    func truncation() throws {
        try withWeights(shift: 0) { weights in
            let path = try weights.path(of: "bytes")
            #expect(truncate(path, 100) == 0)
            expectInputError(naming: "model.safetensors") { _ = try weights.mapped("bytes") }
        }
    }

    @Test("of a GGUF file, elements are mapped and blocks and reordered rows are not")
    func gguf() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("model.gguf")
            try write(GGUFBytes.llama().bytes(), to: url)
            let location = try ModelLocation.open(url)
            let weights = location.weights
            for name in weights.names {
                let isReordered = name.contains("q_proj") || name.contains("k_proj")
                #expect(try (weights.mapped(name) == nil) == isReordered, "\(name)")
            }
            let values = try #require(try weights.mapped("model.norm.weight")).floats
            #expect(try values == readFloat32(weights, "model.norm.weight"))
        }
    }

    @Test("the writer begins every 4-bit weight at a multiple of 64 bytes where its scales fill whole lines")
    func writerAlignment() throws {
        let names = ["a.weight", "b.weight", "c.weight"]
        for nestedBlockSize in [nil, 256] as [Int?] {
            try withTemporaryFolder { folder in
                let url = folder.appendingPathComponent("model.safetensors")
                let shape = nestedBlockSize == nil ? [33, 31] : [512, 512]
                let entries = names.flatMap {
                    Serialized4Bit.entries(
                        named: $0, shape: shape, quantType: .nf4, blockSize: 64, nestedBlockSize: nestedBlockSize,
                        dtype: .bfloat16)
                }
                var writer = try SafetensorsWriter(url, entries: entries, alignment: 64)
                for entry in entries {
                    try writer.append([UInt8](repeating: 0, count: entry.byteCount), to: entry.name)
                }
                try writer.finish()
                let starts = try names.map { try SafetensorsFile(url).entry($0).byteRange.lowerBound }
                #expect(starts.allSatisfy { ($0 - starts[0]) % 64 == 0 })
                if nestedBlockSize != nil { #expect(starts[0] % 64 == 0) }
            }
        }
    }
}
