import CheckpointIO
import Diagnostics
import Files
import Foundation
import Testing

@Suite struct DamageTests {
    /// Expects that the file is refused as bad data, whose error names it.
    @discardableResult
    private func expectRefused(
        _ url: URL, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation
    ) -> InputError? {
        let store = CheckpointStore(folder: url.deletingLastPathComponent(), limit: nil)
        let error = #expect(throws: InputError.self, comment, sourceLocation: sourceLocation) { try store.load(url) }
        #expect(error?.exitCode == .data, comment, sourceLocation: sourceLocation)
        #expect(error?.place == url.path, comment, sourceLocation: sourceLocation)
        return error
    }

    @Test("a file cut short at any length is refused")
    func truncation() throws {
        try withFolder { folder in
            let url = try CheckpointStore(folder: folder, limit: nil).save(Samples.full(step: 1))
            let bytes = try Data(contentsOf: url)
            let lengths = Set(stride(from: 0, to: bytes.count, by: 61)).union([8, 24, 511, 512, 513, bytes.count - 1])
            for length in lengths.sorted(by: >) {
                #expect(truncate(url.path, length) == 0)
                expectRefused(url, "cut to \(length) bytes")
            }
        }
    }

    @Test("a file with one flipped bit is refused, wherever the bit is")
    func flippedBits() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            let state = Samples.full(step: 1)
            let url = try store.save(state)
            let bytes = try Data(contentsOf: url).bytes
            let file = try FileHandle(forUpdating: url)
            func replace(_ offset: Int, _ byte: UInt8) throws {
                try file.seek(toOffset: UInt64(offset))
                try file.write(contentsOf: [byte])
            }
            for bit in stride(from: 0, to: bytes.count * 8, by: 61) {
                try replace(bit / 8, bytes[bit / 8] ^ 1 << (bit % 8))
                expectRefused(url, "bit \(bit) flipped")
                try replace(bit / 8, bytes[bit / 8])
            }
            try file.close()
            #expect(try store.load(url) == state)
        }
    }

    @Test("bytes added at the end are noticed")
    func longer() throws {
        try withFolder { folder in
            let url = try CheckpointStore(folder: folder, limit: nil).save(Samples.full(step: 1))
            try (Data(contentsOf: url) + [0]).write(to: url)
            expectRefused(url, "one byte more")
        }
    }

    @Test(
        "files of other kinds are refused as such",
        arguments: [Data(), Data("{}".utf8), Data([0x89] + "HDF\r\n\u{1A}\n".utf8), Data(count: 4096)])
    func otherKinds(content: Data) throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("checkpoint-1.h5")
            try content.write(to: url)
            expectRefused(url, "\(content.count) bytes of another kind")
        }
    }

    @Test("a folder in a file's place is refused")
    func folderInPlace() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("checkpoint-1.h5")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
            expectRefused(url, "a folder")
        }
    }

    /// Contents changed under a seal that fits them again: each is caught by another checksum inside.
    @Test(
        "changed contents are refused even where the seal fits them",
        arguments: [
            (withUnsafeBytes(of: Float(-1.25), Array.init), "detected by Fletcher32"),
            (withUnsafeBytes(of: Float(7), Array.init), "scalar: damaged"),
            (Array("東京".utf8), "config.json: damaged"),
            (Array("random/counter".utf8), "the contents: damaged"),
            (withUnsafeBytes(of: Int64.min, Array.init), "the contents: damaged"),
            (withUnsafeBytes(of: 0.1, Array.init), "the contents: damaged"),
            (Array(Digest.of(bytes: withUnsafeBytes(of: Float(7), Array.init)).utf8), "scalar: damaged"),
            (Array(Samples.identity.model.utf8), "the contents: damaged"),
        ] as [([UInt8], String)])
    func tampered(pattern: [UInt8], message: String) throws {
        try withFolder { folder in
            let url = try CheckpointStore(folder: folder, limit: nil).save(Samples.full(step: 1))
            var bytes = try Data(contentsOf: url).bytes
            let place = try #require(
                (512...bytes.count - pattern.count).first { bytes[$0..<$0 + pattern.count].elementsEqual(pattern) })
            bytes[place + pattern.count - 1] ^= 1
            try Data(resealed(bytes)).write(to: url)
            let found = try #require(expectRefused(url, "changed \(pattern)")?.message)
            #expect(found.contains(message))
        }
    }

    @Test("resealing an unchanged file changes nothing")
    func resealing() throws {
        try withFolder { folder in
            let url = try CheckpointStore(folder: folder, limit: nil).save(Samples.full(step: 1))
            let bytes = try Data(contentsOf: url).bytes
            #expect(resealed(bytes) == bytes)
        }
    }
}
