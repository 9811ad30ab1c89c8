import Foundation
import Signet

/// The disk below a folder.
enum Disk {
    private static let chunk = 8 << 20

    /// Refuses to go on where a folder's disk has less room than this many bytes.
    ///
    /// - Throws: `InputError` with `.tryAgain`.
    static func requireFree(_ bytes: Int, in folder: URL) throws {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue, free < bytes else { return }
        throw InputError(
            .tryAgain, at: folder.path,
            "expected \((Double(bytes) / 1e9).shortText) GB of free disk, found \((Double(free) / 1e9).shortText)")
    }

    /// Drops files from the page cache, so that the next to read them reads the disk.
    static func forget(_ files: [URL]) throws {
        for file in files {
            try withDescriptor(file) { descriptor in
                fsync(descriptor)
                posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
            }
        }
    }

    /// Seconds to read files from the disk, one after the other.
    ///
    /// - Throws: `InputError` with `.tryAgain` where the disk refuses.
    static func readingTime(_ files: [URL]) throws -> Double {
        try forget(files)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 4096)
        defer { buffer.deallocate() }
        let began = ContinuousClock.now
        for file in files {
            try withDescriptor(file) { descriptor in
                var count = 1
                while count > 0 { count = read(descriptor, buffer.baseAddress, chunk) }
                guard count == 0 else { throw failure(file) }
            }
        }
        return (ContinuousClock.now - began) / .seconds(1)
    }

    /// Writes a file of this many bytes, in place of what it held, and returns when they are on the disk.
    ///
    /// - Throws: `InputError` with `.tryAgain` where the disk refuses.
    static func write(_ bytes: Int, to file: URL) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 4096)
        defer { buffer.deallocate() }
        buffer.initializeMemory(as: UInt8.self, repeating: 1)
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw failure(file) }
        defer { close(descriptor) }
        var left = bytes
        while left > 0 {
            let count = Foundation.write(descriptor, buffer.baseAddress, min(left, chunk))
            guard count > 0 else { throw failure(file) }
            left -= count
        }
        guard fsync(descriptor) == 0 else { throw failure(file) }
    }

    private static func withDescriptor(_ file: URL, _ body: (Int32) throws -> Void) throws {
        let descriptor = open(file.path, O_RDONLY)
        guard descriptor >= 0 else { throw failure(file) }
        defer { close(descriptor) }
        try body(descriptor)
    }

    private static func failure(_ file: URL) -> InputError {
        InputError(.tryAgain, at: file.path, "cannot be read or written: \(String(cString: strerror(errno)))")
    }
}
