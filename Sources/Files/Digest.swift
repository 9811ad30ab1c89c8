import CXXHash
import Foundation

/// XXH3-128 digests, as 32 lowercase hex digits (what `xxhsum -H2` prints).
///
/// They tell accidental changes apart with certainty enough for any number of files; they are no defence against
/// someone who forges a file on purpose.
public enum Digest {
    /// The digest of some bytes.
    public static func of(bytes: some ContiguousBytes) -> String {
        let stream = DigestStream()
        bytes.withUnsafeBytes { stream.update($0) }
        return stream.hex()
    }

    /// The digest of a text's UTF-8.
    public static func of(text: String) -> String {
        of(bytes: Array(text.utf8))
    }

    /// The digest of a file's bytes, read in pieces of 1 MiB.
    ///
    /// - Throws: `InputError` naming the file, `.missingFile` where there is none.
    public static func of(file url: URL) throws -> String {
        let file = try PosixFile(reading: url)
        let stream = DigestStream()
        try file.read(from: 0) { stream.update($0) }
        return stream.hex()
    }
}

/// An XXH3-128 digest that takes its bytes piece by piece.
package final class DigestStream {
    private let state: OpaquePointer

    package init() {
        guard let state = XXH3_createState() else { fatalError("DigestStream: out of memory") }
        XXH3_128bits_reset(state)
        self.state = state
    }

    deinit {
        XXH3_freeState(state)
    }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        XXH3_128bits_update(state, start, bytes.count)
    }

    /// Takes 8 bytes, little-endian.
    package func update(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { update($0) }
    }

    /// Takes the length of the text's UTF-8 and then the UTF-8, so that no two lists of texts run together alike.
    package func update(_ text: String) {
        let bytes = Array(text.utf8)
        update(UInt64(bytes.count))
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of everything taken so far.
    package func hex() -> String {
        var canonical = XXH128_canonical_t()
        XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state))
        let digits = Array("0123456789abcdef".utf8)
        return withUnsafeBytes(of: canonical) { bytes in
            String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
        }
    }
}
