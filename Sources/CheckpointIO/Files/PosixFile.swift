import Diagnostics
import Foundation

extension InputError {
    /// A system call on a file that failed.
    ///
    /// What a later attempt may well get past (a full disk, no more open files; when writing also a folder that is gone
    /// and a failing device) is `.tryAgain`.
    ///
    /// - Parameters:
    ///   - number: the call's `errno`.
    ///   - action: what was being done, as in "could not be …".
    static func system(_ number: Int32, action: FileAction, at url: URL) -> InputError {
        let reason = String(cString: strerror(number))
        return InputError(action.exitCode(of: number), at: url.path, "could not be \(action.rawValue): \(reason)")
    }
}

/// What is being done to a file, for errors.
enum FileAction: String {
    case read
    case written

    func exitCode(of number: Int32) -> ExitCode {
        switch (self, number) {
        case (.read, ENOENT): .missingFile
        case (.written, ENOENT), (.written, EIO): .tryAgain
        case (_, ENOSPC), (_, EDQUOT), (_, EFBIG): .tryAgain
        case (_, EMFILE), (_, ENFILE), (_, ENOMEM), (_, EAGAIN), (_, EBUSY), (_, ESTALE), (_, ETIMEDOUT): .tryAgain
        default: .data
        }
    }
}

/// Calls until the call is not interrupted by a signal; returns its result or throws its `errno`.
private func uninterrupted(_ action: FileAction, _ url: URL, _ call: () -> Int) throws(InputError) -> Int {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { throw InputError.system(errno, action: action, at: url) }
    }
}

/// An open file or folder, for what HDF5 does not do: reading plain bytes, and making them durable.
final class PosixFile {
    let url: URL
    private let descriptor: Int32

    private init(_ url: URL, flags: Int32, action: FileAction) throws(InputError) {
        self.url = url
        descriptor = Int32(try uninterrupted(action, url) { Int(open(url.path, flags | O_CLOEXEC)) })
    }

    convenience init(reading url: URL) throws(InputError) {
        try self.init(url, flags: O_RDONLY, action: .read)
    }

    /// Opens an existing file.
    convenience init(updating url: URL) throws(InputError) {
        try self.init(url, flags: O_RDWR, action: .written)
    }

    convenience init(folder url: URL) throws(InputError) {
        try self.init(url, flags: O_RDONLY | O_DIRECTORY, action: .written)
    }

    deinit {
        close(descriptor)
    }

    /// Bytes in the file.
    func byteCount() throws(InputError) -> Int {
        var information = stat()
        _ = try uninterrupted(.read, url) { Int(fstat(descriptor, &information)) }
        return Int(information.st_size)
    }

    /// Hands over the bytes from `offset` to the end in pieces of at most 1 MiB.
    func read(from offset: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws(InputError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        var position = offset
        while true {
            let count = try uninterrupted(.read, url) { pread(descriptor, buffer.baseAddress, buffer.count, position) }
            if count == 0 { return }
            body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            position += count
        }
    }

    /// The first `count` bytes, or fewer where the file is shorter.
    func prefix(_ count: Int) throws(InputError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let taken = try uninterrupted(.read, url) {
                bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress! + filled, count - filled, filled) }
            }
            if taken == 0 { break }
            filled += taken
        }
        return Array(bytes[..<filled])
    }

    /// Replaces the first bytes of the file.
    func overwritePrefix(_ bytes: [UInt8]) throws(InputError) {
        var written = 0
        while written < bytes.count {
            written += try uninterrupted(.written, url) {
                bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress! + written, bytes.count - written, written) }
            }
        }
    }

    /// Returns when the contents (of a folder: its entries) are on the disk.
    func synchronize() throws(InputError) {
        _ = try uninterrupted(.written, url) {
            let result = fsync(descriptor)
            // Some network file systems keep folders durable by themselves and have no call for it.
            return result < 0 && (errno == EINVAL || errno == ENOTSUP) ? 0 : Int(result)
        }
    }
}
