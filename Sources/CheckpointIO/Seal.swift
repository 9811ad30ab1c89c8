import Diagnostics
import Files
import Foundation

/// The first 512 bytes of a checkpoint (its HDF5 user block), which cover every byte of the file.
///
/// | bytes | holds |
/// |---|---|
/// | 0 ..< 8 | `SIGNETCK` |
/// | 8 ..< 16 | schema version, little-endian |
/// | 16 ..< 24 | length of the whole file in bytes, little-endian |
/// | 24 ..< 56 | XXH3-128 of everything after the first 512 bytes, in hex digits |
/// | 56 ..< 480 | zero |
/// | 480 ..< 512 | XXH3-128 of bytes 0 ..< 480, in hex digits |
///
/// HDF5 offers no protection against damaged structure (its parser may read out of bounds), so a file is opened with
/// it only after its seal has been checked. The seal's own layout is the same in all schema versions: a whole file of
/// a newer schema can be told from a damaged one.
struct Seal: Equatable {
    /// Bytes the seal takes, and where HDF5's own part begins.
    static let byteCount = 512

    /// The schema version the rest of the file follows.
    let schema: UInt64
    /// Bytes in the whole file.
    let fileByteCount: Int
    /// XXH3-128 of the bytes after the seal.
    let digest: String

    private static let magic = Array("SIGNETCK".utf8)
    private static let ownDigestOffset = 480

    /// The seal of a file whose part after the seal is complete.
    private init(schema: UInt64, of file: PosixFile) throws(InputError) {
        let stream = DigestStream()
        var count = Self.byteCount
        try file.read(from: Self.byteCount) {
            stream.update($0)
            count += $0.count
        }
        self.schema = schema
        fileByteCount = count
        digest = stream.hex()
    }

    /// Computes the seal of a complete file and writes it into the space left for it.
    static func write(schema: Int, to url: URL) throws(InputError) {
        let file = try PosixFile(updating: url)
        let seal = try Seal(schema: UInt64(schema), of: file)
        try seal.bytes.withUnsafeBufferPointer { bytes throws(InputError) in
            try file.write(UnsafeRawBufferPointer(bytes), at: 0)
        }
    }

    private var bytes: [UInt8] {
        var bytes = Self.magic
        bytes += withUnsafeBytes(of: schema.littleEndian, Array.init)
        bytes += withUnsafeBytes(of: UInt64(fileByteCount).littleEndian, Array.init)
        bytes += Array(digest.utf8)
        bytes += [UInt8](repeating: 0, count: Self.ownDigestOffset - bytes.count)
        return bytes + Array(Digest.of(bytes: bytes).utf8)
    }

    /// Refuses a file that does not begin as a checkpoint does.
    static func requirePresent(in url: URL) throws(InputError) {
        guard try PosixFile(reading: url).prefix(magic.count) == magic else {
            throw InputError(.data, at: url.path, "expected a Signet checkpoint, found another kind of file")
        }
    }

    /// The seal of a file, after every byte of the file has been checked against it.
    ///
    /// - Throws: `InputError`: `.missingFile` where there is no file, `.data` where it is no checkpoint, or is not as it
    ///   was written.
    static func checked(_ url: URL) throws(InputError) -> Seal {
        try requirePresent(in: url)
        let file = try PosixFile(reading: url)
        let found = try file.prefix(byteCount)
        guard found.count == byteCount else {
            throw InputError(.data, at: url.path, "truncated: expected at least 512 bytes, found \(found.count)")
        }
        guard Array(found[ownDigestOffset...]) == Array(Digest.of(bytes: Array(found[..<ownDigestOffset])).utf8) else {
            throw InputError(.data, at: url.path, "damaged: its header does not match the header's checksum")
        }
        let expectedCount = integer(found[16..<24])
        let actualCount = try file.byteCount()
        guard UInt64(actualCount) == expectedCount else {
            let condition = UInt64(actualCount) < expectedCount ? "truncated" : "damaged"
            throw InputError(.data, at: url.path, "\(condition): expected \(expectedCount) bytes, found \(actualCount)")
        }
        let seal = try Seal(schema: integer(found[8..<16]), of: file)
        guard seal.bytes == found else {
            let expected = String(decoding: found[24..<56], as: UTF8.self)
            throw InputError(.data, at: url.path, "damaged: expected checksum \(expected), found \(seal.digest)")
        }
        return seal
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
