import Diagnostics
import Foundation

/// Writes a file so that its final name only ever stands for whole content.
///
/// The bytes go to a temporary file in the same folder; `publish()` flushes it to the disk, gives it its name and
/// flushes the folder. A writer that is dropped before that leaves nothing behind.
package struct AtomicFileWriter: ~Copyable {
    /// Where the file will stand.
    package let destination: URL

    private let temporaryPath: String
    private let descriptor: Int32
    private var isPublished = false

    /// Creates the temporary file.
    ///
    /// - Throws: `InputError` with `.missingFile` where the folder does not exist, else `.tryAgain`.
    package init(_ destination: URL) throws {
        self.destination = destination
        let name = ".\(destination.lastPathComponent).\(UUID().uuidString).partial"
        temporaryPath = destination.deletingLastPathComponent().appendingPathComponent(name).path
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let code: ExitCode = errno == ENOENT ? .missingFile : .tryAgain
            throw InputError(code, at: destination.path, "expected to create it, found: \(systemError())")
        }
    }

    deinit {
        close(descriptor)
        if !isPublished { unlink(temporaryPath) }
    }

    /// Writes bytes at a position of the file.
    ///
    /// - Throws: `InputError` with `.tryAgain`, above all when the disk is full.
    package borrowing func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(position + done))
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw failure("write byte \(position + done)") }
            done += written
        }
    }

    /// Gives the file its final name, replacing what stood there.
    ///
    /// - Throws: `InputError` with `.tryAgain`; what stood under the name before is then untouched.
    package consuming func publish() throws {
        guard fsync(descriptor) == 0 else { throw failure("flush it to the disk") }
        guard rename(temporaryPath, destination.path) == 0 else { throw failure("rename it") }
        isPublished = true
        let folder = open(destination.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("flush its folder to the disk") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure("flush its folder to the disk") }
    }

    private borrowing func failure(_ action: String) -> InputError {
        InputError(.tryAgain, at: destination.path, "expected to \(action), found: \(systemError())")
    }
}

extension AtomicFileWriter {
    /// Puts a file of the given bytes in place of what stood under its name.
    ///
    /// - Throws: `InputError` with `.missingFile` where the folder does not exist, else `.tryAgain`.
    package static func replace(_ destination: URL, with bytes: [UInt8]) throws {
        let writer = try AtomicFileWriter(destination)
        try bytes.withUnsafeBytes { try writer.write($0, at: 0) }
        try writer.publish()
    }
}
