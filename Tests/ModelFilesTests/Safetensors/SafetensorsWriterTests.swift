import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite struct SafetensorsWriterTests {
    @Test("the same tensors give the bytes that Python's safetensors writes, whatever the order and the pieces")
    func python() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("types.safetensors")
            var writer = try SafetensorsWriter(url, entries: SafetensorsFileTests.types)
            for entry in SafetensorsFileTests.types.reversed() {
                let content = SafetensorsFileTests.content(entry)
                try writer.append(Array(content.prefix(7)), to: entry.name)
                try writer.append(Array(content.dropFirst(7)), to: entry.name)
            }
            #expect(!FileManager.default.fileExists(atPath: url.path))
            try writer.finish()
            #expect(try Data(contentsOf: url) == Data(contentsOf: Fixtures.golden("types.safetensors", target: target)))
        }
    }

    @Test("a writer dropped before the end leaves nothing behind")
    func drop() throws {
        try withTemporaryFolder { folder in
            do {
                let url = folder.appendingPathComponent("x.safetensors")
                var writer = try SafetensorsWriter(url, entries: [.init(name: "a", dtype: .uint8, shape: [2])])
                try writer.append([UInt8(1)], to: "a")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test("names and metadata that need escapes come back")
    func escapes() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("x.safetensors")
            let name = "a\"\\\n\u{1}é😀"
            var writer = try SafetensorsWriter(
                url, entries: [.init(name: name, dtype: .uint8, shape: [2])], metadata: ["\t": "\u{1f}"])
            try writer.append([UInt8(3), 4], to: name)
            try writer.finish()
            let file = try SafetensorsFile(url)
            #expect(file.metadata == ["\t": "\u{1f}"])
            #expect(try file.bytes(of: name).elementsEqual([3, 4]))
        }
    }
}
