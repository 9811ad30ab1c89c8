import Diagnostics
import Foundation

/// A file of fixed content, mapped read-only into memory.
///
/// Pages are read when they are first touched and belong to the system's cache, so a model larger than memory can be
/// gone through tensor by tensor. Pages that have been touched count as resident memory of the process, also in its peak,
/// until they are released or the system takes them back.
///
/// The file has to stay as it is. Writing to the mapping ends the process with SIGSEGV. A file that is replaced under its
/// name, or removed, goes on here as it was; one that is written to in place shows the new bytes, and touching what was
/// cut off its end ends the process with SIGBUS: whoever hands out bytes calls `checkLength()` first.
public final class MappedFile: Sendable {
    /// The file as the user named it.
    public let path: String
    /// Bytes in the file when it was opened.
    public let byteCount: Int

    private let descriptor: Int32
    private nonisolated(unsafe) let start: UnsafeMutableRawPointer?

    /// Maps a whole file.
    ///
    /// - Throws: `InputError` with `.missingFile` where there is no readable file, `.data` where it is not a plain
    ///   file, `.tryAgain` where the system has no room to map it.
    public init(_ url: URL) throws {
        path = url.path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw InputError(.missingFile, at: path, "expected a readable file, found: \(systemError())")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw InputError(.data, at: path, "expected a plain file, found a folder or a device")
        }
        byteCount = Int(status.st_size)
        guard byteCount > 0 else {
            start = nil
            return
        }
        let mapping = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let mapping, mapping != MAP_FAILED else {
            close(descriptor)
            throw InputError(.tryAgain, at: path, "expected to map \(byteCount) bytes, found: \(systemError())")
        }
        start = mapping
    }

    deinit {
        if let start { munmap(start, byteCount) }
        close(descriptor)
    }

    /// The file's bytes, valid while this object lives.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: byteCount) }

    /// Checks that the file is still as long as it was when it was mapped: touching pages behind the end of a file
    /// that was cut short since would end the process.
    ///
    /// - Throws: `InputError` with `.data`.
    public func checkLength() throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) >= byteCount else {
            throw InputError(
                .data, at: path, "expected \(byteCount) bytes as when it was opened, found \(status.st_size)")
        }
    }

    /// Begins to read a part of the file from the disk where it is not in memory yet, and does not wait for it.
    ///
    /// Small parts that are touched next come alone then, without their surroundings.
    public func prefetch(_ range: Range<Int>) {
        guard let start, !range.isEmpty else { return }
        let first = range.lowerBound / pageSize * pageSize
        madvise(start + first, range.upperBound - first, MADV_WILLNEED)
    }

    /// Tells the system that a part of the file is not needed any more, so that its pages stop counting as this
    /// process's memory. Reading them again is allowed and reads them anew.
    public func release(_ range: Range<Int>) {
        guard let start else { return }
        let first = (range.lowerBound + pageSize - 1) / pageSize * pageSize
        let last = range.upperBound == byteCount ? byteCount : range.upperBound / pageSize * pageSize
        if first < last { madvise(start + first, last - first, MADV_DONTNEED) }
    }
}

private let pageSize = Int(getpagesize())

/// What the last failed call of the system says about itself.
private func systemError() -> String { String(cString: strerror(errno)) }
