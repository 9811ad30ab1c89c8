import Diagnostics
import Tensors

/// A mapped file of named tensors.
public protocol TensorFile: AnyObject, Sendable {
    /// Where a tensor lies in the file and how it is to be read.
    associatedtype Entry: TensorFileEntry

    /// The tensors by the name they have in the file.
    var tensors: [String: Entry] { get }
    /// The file's bytes.
    var file: MappedFile { get }
}

/// Where a tensor lies in a file.
public protocol TensorFileEntry: Sendable {
    /// The extents, row-major; a weight is `[out, in]`.
    var shape: [Int] { get }
    /// The tensor's bytes, counted from the start of the file.
    var byteRange: Range<Int> { get }
}

extension TensorFile {
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

    /// The bytes of every tensor, counted from the start of the file, in the file's order. What lies before the first is
    /// the header.
    public var tensorRanges: [Range<Int>] {
        tensors.values.map(\.byteRange).sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    }

    /// The stored elements as a tensor over the mapping itself, which the tensor keeps alive: nothing is read or copied.
    ///
    /// - Parameters:
    ///   - shape: as many elements as are stored.
    ///   - dtype: the type they are stored in.
    /// - Returns: Nil where the elements lie at an address that their type does not fit.
    /// - Throws: `InputError` with `.data` where there is no such tensor or the file was cut short since it was opened.
    func mapped(_ name: String, shape: [Int], dtype: DType) throws -> Tensor? {
        let bytes = try bytes(of: name)
        guard let start = bytes.baseAddress, UInt(bitPattern: start) % UInt(dtype.byteCount) == 0 else { return nil }
        return Tensor(borrowing: bytes, owner: file, shape: shape, dtype: dtype)
    }

    /// Begins to read a tensor's bytes from the disk, without waiting for them.
    func prefetch(_ name: String) {
        if let entry = tensors[name] { file.prefetch(entry.byteRange) }
    }

    /// Tells the system that a tensor's pages are not needed any more.
    public func release(_ name: String) {
        if let entry = tensors[name] { file.release(entry.byteRange) }
    }
}
