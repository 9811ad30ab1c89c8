import Foundation

/// A safetensors file, mapped into memory.
public final class SafetensorsFile: TensorFile {
    /// Where a tensor lies in the file and how it is to be read.
    public struct Entry: TensorFileEntry, Equatable {
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

    /// The file's bytes.
    public let file: MappedFile

    /// Maps a file and checks its whole header.
    ///
    /// - Throws: `InputError` with `.missingFile`, or with `.data` where the file is malformed.
    public init(_ url: URL) throws {
        file = try MappedFile(url)
        let header = try SafetensorsHeader(parsing: file.bytes, file: file.path)
        tensors = header.tensors
        metadata = header.metadata
    }
}
