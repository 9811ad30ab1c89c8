import Diagnostics
import Files
import Foundation
import Tensors

/// Writes a safetensors file tensor after tensor, in any order and in pieces of any size.
///
/// The layout is that of the format's Python package: metadata first, then the tensors by falling rank of their dtype
/// and rising name, blanks behind the header so that the data begins at a multiple of eight bytes. Every tensor is then fit
/// to be used where a mapping of the file has it. The same content gives the same bytes. The file appears under its name only when `finish()` has flushed all of it to the disk; a writer dropped before that
/// leaves nothing behind.
public struct SafetensorsWriter: ~Copyable {
    /// A tensor that will be written.
    public struct Entry: Sendable, Equatable {
        /// The name, unique in the file.
        public let name: String
        /// The element type.
        public let dtype: DType
        /// The extents, row-major.
        public let shape: [Int]

        /// - Parameters:
        ///   - name: the tensor's name, unique in the file.
        ///   - shape: the extents, row-major.
        public init(name: String, dtype: DType, shape: [Int]) {
            self.name = name
            self.dtype = dtype
            self.shape = shape
        }

        /// Bytes the tensor takes.
        public var byteCount: Int { shape.reduce(dtype.byteCount, *) }
    }

    private struct Progress {
        let start: Int
        let end: Int
        var position: Int
    }

    /// Bytes of a cache line, at a multiple of which large weights are read fastest.
    package static let lineByteCount = 64

    private let file: AtomicFileWriter
    private var progress: [String: Progress]

    /// Creates the file under a temporary name beside `url` and writes its header.
    ///
    /// - Parameters:
    ///   - entries: every tensor the file will hold, in any order, names unique.
    ///   - metadata: the text entries of the header; `format` tells Python's packages whose tensors these are.
    ///   - alignment: a multiple of eight, at a multiple of which the data begins in the file.
    /// - Throws: `InputError` with `.tryAgain` where the folder does not exist or the disk is full.
    public init(
        _ url: URL, entries: [Entry], metadata: [String: String] = ["format": "pt"], alignment: Int = 8
    ) throws {
        let file = try AtomicFileWriter(url)
        var progress: [String: Progress] = [:]
        let ordered = entries.sorted {
            let ranks = (SafetensorsDType($0.dtype).rank, SafetensorsDType($1.dtype).rank)
            return ranks.0 == ranks.1 ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) : ranks.0 > ranks.1
        }
        let header = Self.header(ordered, metadata: metadata, alignment: alignment)
        var position = 8 + header.count
        for entry in ordered {
            require(progress[entry.name] == nil, "SafetensorsWriter: two tensors are named \(entry.name)")
            let end = position + entry.byteCount
            progress[entry.name] = Progress(start: position, end: end, position: position)
            position = end
        }
        try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.write($0, at: 0) }
        try header.withUnsafeBytes { try file.write($0, at: 8) }
        self.file = file
        self.progress = progress
    }

    /// Appends bytes (little-endian elements, row-major) to a tensor.
    ///
    /// - Throws: `InputError` with `.tryAgain` where the disk is full.
    public mutating func append(_ bytes: UnsafeRawBufferPointer, to name: String) throws {
        guard let tensor = progress[name] else { preconditionFailure("SafetensorsWriter: \(name) was not declared") }
        require(
            tensor.position + bytes.count <= tensor.end,
            "SafetensorsWriter: \(name) has \(tensor.end - tensor.start) bytes, "
                + "\(tensor.position - tensor.start + bytes.count) were written")
        try file.write(bytes, at: tensor.position)
        progress[name]!.position += bytes.count
    }

    /// Appends a tensor's elements, row-major.
    ///
    /// - Throws: `InputError` with `.tryAgain` where the disk is full.
    public mutating func append(_ elements: Tensor, to name: String) throws {
        try elements.withUnsafeBytes { try append($0, to: name) }
    }

    /// Appends elements, row-major, to a tensor.
    ///
    /// - Throws: `InputError` with `.tryAgain` where the disk is full.
    public mutating func append<Element: BitwiseCopyable>(_ elements: [Element], to name: String) throws {
        try elements.withUnsafeBytes { try append($0, to: name) }
    }

    /// Flushes the file to the disk and gives it its name, replacing what stood there.
    ///
    /// Every declared tensor must have been written whole.
    ///
    /// - Throws: `InputError` with `.tryAgain`; what stood under the name before is then untouched.
    public consuming func finish() throws {
        for (name, tensor) in progress {
            require(
                tensor.position == tensor.end,
                "SafetensorsWriter: \(name) lacks \(tensor.end - tensor.position) of its bytes")
        }
        try file.publish()
    }

    private static func header(_ entries: [Entry], metadata: [String: String], alignment: Int) -> [UInt8] {
        // Without blanks, as the format's own writer has it.
        func literal(_ text: String) -> String { JSONValue.string(text).compactText }
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(literal($0.key)):\(literal($0.value))" }
            members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for entry in entries {
            let shape = entry.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(literal(entry.name)):{\"dtype\":\"\(SafetensorsDType(entry.dtype).rawValue)\","
                    + "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(offset + entry.byteCount)]}")
            offset += entry.byteCount
        }
        var header = Array("{\(members.joined(separator: ","))}".utf8)
        let excess = (MemoryLayout<UInt64>.size + header.count) % alignment
        header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (alignment - excess) % alignment))
        return header
    }
}
