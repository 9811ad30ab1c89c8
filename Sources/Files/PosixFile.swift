import Diagnostics
import Foundation

/// An open file or folder: bytes at positions, and making them durable.
///
/// Calls that a signal interrupts are repeated. Errors are `InputError`s with the system's reason: `.tryAgain` where
/// writing fails; where reading fails `.missingFile`, `.tryAgain` for what may pass, else `.data`.
package final class PosixFile {
    /// Where the file is.
    package let url: URL

    /// What errors call the file.
    let name: String
    let descriptor: Int32
    var isLocked = false

    private init(_ url: URL, name: String? = nil, flags: Int32, action: FileAction) throws(InputError) {
        let name = name ?? url.path
        self.url = url
        self.name = name
        descriptor = Int32(try uninterrupted(action, name) { Int(open(url.path, flags | O_CLOEXEC, 0o644)) })
    }

    /// Opens an existing file.
    package convenience init(reading url: URL) throws(InputError) {
        try self.init(url, flags: O_RDONLY, action: .read)
    }

    /// Opens an existing file to change bytes of it.
    package convenience init(updating url: URL) throws(InputError) {
        try self.init(url, flags: O_RDWR, action: .written)
    }

    /// Makes a file where there is none.
    ///
    /// - Parameter name: what errors call it.
    package convenience init(creating url: URL, name: String) throws(InputError) {
        try self.init(url, name: name, flags: O_WRONLY | O_CREAT | O_EXCL, action: .written)
    }

    /// Opens a file to add bytes at its end, and makes it where there is none.
    package convenience init(appendingTo url: URL) throws(InputError) {
        try self.init(url, flags: O_WRONLY | O_CREAT | O_APPEND, action: .written)
    }

    /// Opens a file to read it and add bytes at its end, and makes it where there is none.
    package convenience init(appendingToAndReading url: URL) throws(InputError) {
        try self.init(url, flags: O_RDWR | O_CREAT | O_APPEND, action: .written)
    }

    /// Opens a folder to make its entries durable.
    package convenience init(folder url: URL) throws(InputError) {
        try self.init(url, flags: O_RDONLY | O_DIRECTORY, action: .written)
    }

    deinit {
        // A process that is being forked elsewhere at this moment holds a copy of the descriptor, and with it the lock.
        if isLocked { flock(descriptor, LOCK_UN) }
        close(descriptor)
    }

    // MARK: Reading

    /// All bytes of a file.
    package static func contents(of url: URL) throws(InputError) -> [UInt8] {
        try PosixFile(reading: url).contents()
    }

    /// All bytes of the file.
    package func contents() throws(InputError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(try byteCount())
        try read(from: 0) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Bytes in the file.
    package func byteCount() throws(InputError) -> Int {
        var information = stat()
        _ = try uninterrupted(.read, name) { Int(fstat(descriptor, &information)) }
        return Int(information.st_size)
    }

    /// Hands over the bytes from `offset` to the end in pieces of at most 1 MiB.
    package func read(from offset: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws(InputError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        var position = offset
        while true {
            let count = try uninterrupted(.read, name) { pread(descriptor, buffer.baseAddress, buffer.count, position) }
            if count == 0 { return }
            body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            position += count
        }
    }

    /// The first `count` bytes, or fewer where the file is shorter.
    package func prefix(_ count: Int) throws(InputError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let taken = try uninterrupted(.read, name) {
                bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress! + filled, count - filled, filled) }
            }
            if taken == 0 { break }
            filled += taken
        }
        return Array(bytes[..<filled])
    }

    // MARK: Writing

    /// Writes bytes at a position of the file.
    package func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(InputError) {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            written += try uninterrupted(.written, name) {
                pwrite(descriptor, rest.baseAddress, rest.count, position + written)
            }
        }
    }

    /// Adds bytes at the end of a file that was opened for that.
    package func append(_ bytes: [UInt8]) throws(InputError) {
        var written = 0
        while written < bytes.count {
            written += try uninterrupted(.written, name) {
                bytes[written...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            }
        }
    }

    /// Drops everything from a position on.
    package func truncate(to byteCount: Int) throws(InputError) {
        _ = try uninterrupted(.written, name) { Int(ftruncate(descriptor, byteCount)) }
    }

    /// Returns when the contents (of a folder: its entries) are on the disk.
    package func synchronize() throws(InputError) {
        _ = try uninterrupted(.written, name) {
            let result = fsync(descriptor)
            // Some network file systems keep folders durable by themselves and have no call for it.
            return result < 0 && (errno == EINVAL || errno == ENOTSUP) ? 0 : Int(result)
        }
    }
}

/// Calls until the call is not interrupted by a signal; returns its result or throws its `errno`.
private func uninterrupted(_ action: FileAction, _ path: String, _ call: () -> Int) throws(InputError) -> Int {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { throw InputError.system(errno, action: action, at: path) }
    }
}
