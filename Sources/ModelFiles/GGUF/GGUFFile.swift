import Foundation

/// A GGUF file of version 2 or 3, little-endian, mapped into memory.
public final class GGUFFile: TensorFile {
    /// Where a tensor lies in the file and how it is to be read.
    public struct Entry: TensorFileEntry, Equatable {
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

    /// The file's bytes.
    public let file: MappedFile

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
}
