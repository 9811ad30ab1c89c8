import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@Suite struct DigestTests {
    /// The numbers come from Python's xxhash 4.1.0: `xxh3_128_hexdigest(bytes(i % 251 for i in range(count)))`.
    @Test(
        "digests are XXH3-128 as the reference implementation has it",
        arguments: [
            (0, "99aa06d3014798d86001c324468d497f"),
            (3, "e3b55f57945a17cf5f4299fc161c9cbb"),
            (256, "96c36c85d00e5bc544f5d90dacde463a"),
            (3_145_733, "cf7dff788c826e1036b06219b3b11d64"),
        ])
    func reference(count: Int, expected: String) throws {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            for index in 0..<count { buffer[index] = UInt8(index % 251) }
            initializedCount = count
        }
        #expect(Digest.of(bytes: bytes) == expected)
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("bytes")
        try Data(bytes).write(to: file)
        #expect(try Digest.of(file: file) == expected)
    }

    @Test("a text's digest is that of its UTF-8")
    func text() {
        #expect(Digest.of(text: "Zürich") == Digest.of(bytes: Array("Zürich".utf8)))
        #expect(Digest.of(text: "é") != Digest.of(text: "e\u{301}"))
    }

    @Test("a missing file is an error that names it")
    func missing() {
        let error = #expect(throws: InputError.self) { try Digest.of(file: URL(fileURLWithPath: "/no/such/file")) }
        #expect(error?.exitCode == .missingFile)
        #expect(error?.description == "/no/such/file: could not be read: No such file or directory")
    }
}
