import Diagnostics
import Foundation

/// A GGUF file of version 2 or 3, little-endian, mapped into memory.
public final class GGUFFile: Sendable {
    /// Where a tensor lies in the file and how it is to be read.
    public struct Entry: Sendable, Equatable {
        /// How the elements are encoded.
        public let encoding: WeightEncoding
        /// The extents, row-major: the reverse of the order in the file. A weight is `[out, in]`.
        public let shape: [Int]
        /// The tensor's bytes, counted from the start of the file.
        public let byteRange: Range<Int>
    }

    /// The version of the format.
    public let version: Int
    /// Every metadata value by key.
    public let metadata: [String: GGUFValue]
    /// The tensors by the name they have in the file.
    public let tensors: [String: Entry]

    let file: MappedFile

    /// Maps a file and checks everything in front of its data.
    ///
    /// - Throws: `InputError` with `.missingFile`, or with `.data` where the file is malformed or holds a tensor of a
    ///   type that is not read here.
    public init(_ url: URL) throws {
        file = try MappedFile(url)
        let header = try GGUFHeader(parsing: file.bytes, file: file.path)
        version = header.version
        metadata = header.metadata
        tensors = header.tensors
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

    /// The tensor's bytes as they are stored, valid while this object lives.
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
