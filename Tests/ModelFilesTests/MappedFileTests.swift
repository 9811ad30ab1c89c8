import Diagnostics
import Foundation
import ModelFiles
import Testing

@Suite struct MappedFileTests {
    @Test("a mapped file has the file's bytes, before and after its pages are released")
    func bytes() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("file")
            let content = (0..<20_000).map { UInt8($0 % 251) }
            try write(content, to: url)
            let file = try MappedFile(url)
            #expect(file.byteCount == 20_000)
            #expect(file.bytes.elementsEqual(content))
            file.release(0..<20_000)
            #expect(file.bytes.elementsEqual(content))
        }
    }

    @Test("an empty file maps to no bytes")
    func empty() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("file")
            try write([], to: url)
            let file = try MappedFile(url)
            #expect(file.bytes.isEmpty)
            file.release(0..<0)
        }
    }

    @Test("a file cut short after it was opened is found out before its bytes are touched")
    func truncation() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("model.safetensors")
            try write(SafetensorsBytes.sample, to: url)
            let file = try SafetensorsFile(url)
            _ = try file.bytes(of: "a")
            #expect(truncate(url.path, 20) == 0)
            expectInputError(naming: "model.safetensors") { _ = try file.bytes(of: "a") }
        }
    }

    @Test("a missing file and a folder are refused")
    func missing() throws {
        try withTemporaryFolder { folder in
            expectInputError(.missingFile, naming: "none") { _ = try MappedFile(folder.appendingPathComponent("none")) }
            expectInputError(naming: folder.lastPathComponent) { _ = try MappedFile(folder) }
        }
    }
}
