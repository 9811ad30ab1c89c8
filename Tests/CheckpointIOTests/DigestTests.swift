import CheckpointIO
import Diagnostics
import Foundation
import Testing

@Suite struct DigestTests {
    @Test(
        "digests are XXH3-128 as the reference implementation prints it",
        arguments: [
            ([], "99aa06d3014798d86001c324468d497f"),
            (Array("abc".utf8), "06b05ab6733a618578af5f94892f3950"),
            (Array(0...255), "f1f8a93f50849ac39408a4433b952d71"),
            ((0..<3_145_733).map { UInt8($0 % 251) }, "cf7dff788c826e1036b06219b3b11d64"),
        ] as [([UInt8], String)])
    func reference(bytes: [UInt8], expected: String) throws {
        #expect(Digest.of(bytes: bytes) == expected)
        try withFolder { folder in
            let file = folder.appendingPathComponent("bytes")
            try Data(bytes).write(to: file)
            #expect(try Digest.of(file: file) == expected)
        }
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
