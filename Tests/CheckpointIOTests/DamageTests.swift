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

    /// Where a file is damaged: a bit of each part of its layout, whole parts, and its length.
    static let damages: [(String, @Sendable (inout [UInt8]) -> Void)] = [
        ("magic", { $0[3] ^= 1 }), ("schema", { $0[8] ^= 2 }), ("length", { $0[17] ^= 4 }),
        ("digest of the contents", { $0[30] ^= 1 }), ("space in the seal", { $0[200] ^= 128 }),
        ("the seal's digest", { $0[511] ^= 1 }), ("HDF5's signature", { $0[512] ^= 16 }),
        ("HDF5's superblock", { $0[560] ^= 8 }), ("the middle", { $0[$0.count / 2] ^= 1 }),
        ("the last byte", { $0[$0.count - 1] ^= 64 }), ("no byte left", { $0 = [] }),
        ("a seal alone", { $0 = Array($0[..<512]) }), ("a seal cut short", { $0 = Array($0[..<300]) }),
        ("the last byte lost", { $0.removeLast() }),
        ("a block of zeros", { bytes in for i in 4096..<8192 { bytes[i] = 0 } }),
        ("all zeros", { $0 = [UInt8](repeating: 0, count: $0.count) }), ("bytes behind the end", { $0 += [0, 0] }),
        ("the file twice", { $0 += $0 }),
    ]

    @Test("a damaged checkpoint is named, and the whole one before it is offered", arguments: damages)
    func previous(name: String, damage: @Sendable (inout [UInt8]) -> Void) throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            let whole = try store.save(Samples.full(step: 1))
            let url = try store.save(Samples.full(step: 2))
            var bytes = try Data(contentsOf: url).bytes
            damage(&bytes)
            try Data(bytes).write(to: url)
            let latest = try store.latest()
            #expect(latest.checkpoint?.url == whole && latest.checkpoint?.state == Samples.full(step: 1))
            #expect(latest.warnings.count == 1 && latest.warnings[0].contains("passed over \(url.path): "))
            expectRefused(url, "\(name)")
        }
    }

    @Test("one flipped bit at any of many places leads to the checkpoint before")
    func previousOfFlippedBits() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            let whole = try store.save(Samples.full(step: 1))
            let url = try store.save(Samples.large(step: 2, byteCount: 200_000))
            let file = try FileHandle(forUpdating: url)
            let count = try Data(contentsOf: url).count
            var state: UInt64 = 2
            for _ in 0..<300 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let (offset, bit) = (Int(state >> 16) % count, UInt8(1) << UInt8(state >> 61))
                func flip() throws {
                    try file.seek(toOffset: UInt64(offset))
                    let byte = try #require(try file.read(upToCount: 1)?.first)
                    try file.seek(toOffset: UInt64(offset))
                    try file.write(contentsOf: [byte ^ bit])
                }
                try flip()
                let latest = try store.latest()
                #expect(latest.checkpoint?.url == whole && latest.warnings.count == 1, "byte \(offset), bit \(bit)")
                try flip()
            }
            #expect(try store.latest().checkpoint?.url == url)
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
