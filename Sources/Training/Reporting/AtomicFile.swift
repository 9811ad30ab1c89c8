import Diagnostics
import Foundation

/// Files that change all at once or not at all.
package enum AtomicFile {
    /// Puts `bytes` in place of what the file held, or makes it.
    ///
    /// They are written to a new file in the same folder, which is synced and then renamed, and the folder is synced: a
    /// crash or power cut at any moment leaves the old content or the new.
    ///
    /// - Throws: `InputError(.tryAgain)` naming the file; what it held is untouched then.
    package static func write(_ bytes: [UInt8], to path: String) throws(InputError) {
        let temporary = path + ".tmp"
        let file = openFile(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        guard file >= 0 else { throw failure(path) }
        let isWritten = writeAll(bytes, to: file) && fsync(file) == 0
        let problem = isWritten ? nil : failure(path)
        close(file)
        if let problem {
            unlink(temporary)
            throw problem
        }
        guard rename(temporary, path) == 0 else {
            let problem = failure(path)
            unlink(temporary)
            throw problem
        }
        syncFolder(of: path)
    }

    /// Adds `bytes` at the end of a file, which is made where there is none.
    ///
    /// - Throws: `InputError(.tryAgain)` naming the file.
    package static func append(_ bytes: [UInt8], to path: String) throws(InputError) {
        let file = openFile(path, O_WRONLY | O_CREAT | O_APPEND)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        guard writeAll(bytes, to: file) else { throw failure(path) }
    }

    private static func openFile(_ path: String, _ flags: Int32) -> Int32 {
        open(path, flags | O_CLOEXEC, 0o644)
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = Foundation.write(file, buffer.baseAddress! + written, buffer.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }

    /// Makes the rename itself last; a file system that cannot sync folders keeps its own promise about that.
    private static func syncFolder(of path: String) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ path: String) -> InputError {
        InputError(.tryAgain, at: path, "the file cannot be written: \(String(cString: strerror(errno)))")
    }
}
