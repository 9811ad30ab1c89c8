import Diagnostics
import Foundation

/// A safetensors file, mapped into memory.
public final class SafetensorsFile: Sendable {
    /// Where a tensor lies in the file and how it is to be read.
    public struct Entry: Sendable, Equatable {
        /// The element type as the file declares it.
        public let dtype: SafetensorsDType
        /// The extents, row-major; a weight is `[out, in]`.
        public let shape: [Int]
        /// The tensor's bytes, counted from the start of the file.
        public let byteRange: Range<Int>
    }

    /// The tensors by name.
    public let tensors: [String: Entry]
    /// The text entries under `__metadata__`.
    public let metadata: [String: String]

    let file: MappedFile

    /// Maps a file and checks its whole header.
    ///
    /// - Throws: `InputError` with `.missingFile`, or with `.data` where the file is malformed.
    public init(_ url: URL) throws {
        file = try MappedFile(url)
        let header = try SafetensorsHeader(parsing: file.bytes, file: file.path)
        tensors = header.tensors
        metadata = header.metadata
    }

    /// The file as the user named it.
    public var path: String { file.path }

    /// The tensor's entry.
    ///
    /// - Throws: `InputError` with `.data` where there is none of that name.
    public func entry(_ name: String) throws -> Entry {
        guard let entry = tensors[name] else {
            throw InputError(.data, at: path, "expected a tensor \(quoted(name)), found none")
        }
        return entry
    }

    /// The tensor's bytes as they are stored, little-endian and at any alignment, valid while this object lives.
    ///
    /// - Throws: `InputError` with `.data` where there is no such tensor or the file was cut short since it was opened.
    public func bytes(of name: String) throws -> UnsafeRawBufferPointer {
        let range = try entry(name).byteRange
        try file.checkLength()
        return UnsafeRawBufferPointer(rebasing: file.bytes[range])
    }

    /// Tells the system that a tensor's pages are not needed any more.
    public func release(_ name: String) {
        if let entry = tensors[name] { file.release(entry.byteRange) }
    }
}
