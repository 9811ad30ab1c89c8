import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import ModelFiles

@Suite struct MalformedFilesTests {
    @Test("every file of the corpus ends in one error that names the file")
    func corpus() throws {
        let folder = Fixtures.golden("malformed", target: target)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names.filter { $0.hasSuffix(".safetensors") }.count > 60)
        #expect(names.filter { $0.hasSuffix(".gguf") }.count > 50)
        for name in names {
            let url = folder.appendingPathComponent(name)
            expectInputError(naming: name, name) {
                if name.hasSuffix(".gguf") { _ = try GGUFFile(url) } else { _ = try SafetensorsFile(url) }
            }
        }
    }

    @Test("a safetensors file cut anywhere, or longer by a byte, is refused")
    func safetensorsTruncation() throws {
        let memory = GuardedMemory(capacity: 4096)
        let sample = SafetensorsBytes.sample
        try WholeFile.readSafetensors(memory.hold(sample), file: "good.safetensors")
        for length in 0..<sample.count {
            expectInputError(naming: "cut.safetensors", "at \(length)") {
                try WholeFile.readSafetensors(memory.hold(Array(sample[..<length])), file: "cut.safetensors")
            }
        }
        expectInputError(naming: "long.safetensors") {
            try WholeFile.readSafetensors(memory.hold(sample + [0]), file: "long.safetensors")
        }
    }

    @Test("a GGUF file cut anywhere in front of the end of its last tensor is refused")
    func ggufTruncation() throws {
        let memory = GuardedMemory(capacity: 8192)
        let sample = GGUFBytes.llama().bytes()
        let header = try GGUFHeader(parsing: memory.hold(sample), file: "good.gguf")
        let end = try #require(header.tensors.values.map(\.byteRange.upperBound).max())
        try WholeFile.readGGUF(memory.hold(Array(sample[..<end])), file: "good.gguf")
        for length in 0..<end {
            expectInputError(naming: "cut.gguf", "at \(length)") {
                try WholeFile.readGGUF(memory.hold(Array(sample[..<length])), file: "cut.gguf")
            }
        }
    }
}
