import Diagnostics

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

    /// Tells the system that a tensor's pages are not needed any more.
    public func release(_ name: String) {
        if let entry = tensors[name] { file.release(entry.byteRange) }
    }
}
