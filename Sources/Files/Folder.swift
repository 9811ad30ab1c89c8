import Diagnostics
import Foundation

/// Calls on a folder's entries whose errors carry the path and the system's reason.
package enum Folder {
    /// Makes a folder, and those it lies in, where there is none.
    ///
    /// - Throws: `InputError(.tryAgain)` naming the folder.
    package static func create(_ folder: URL) throws(InputError) {
        while mkdir(folder.path, 0o777) != 0 {
            let number = errno
            if number == EINTR { continue }
            if number == EEXIST, isFolder(folder) { return }
            let parent = folder.deletingLastPathComponent()
            guard number == ENOENT, !isFolder(parent), parent.path != folder.path else {
                throw InputError(
                    .tryAgain, at: folder.path, "the folder cannot be made: \(String(cString: strerror(number)))")
            }
            try create(parent)
        }
        // Else a power cut could take the folder with all that has been flushed in it.
        try? PosixFile(folder: folder.deletingLastPathComponent()).synchronize()
    }

    /// The names of the regular files in a folder; none where the folder does not exist.
    package static func regularFiles(in folder: URL) throws(InputError) -> [String] {
        guard let stream = opendir(folder.path) else {
            if errno == ENOENT { return [] }
            throw InputError.system(errno, action: .read, at: folder.path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if isRegularFile(folder.appendingPathComponent(name)) { names.append(name) }
            errno = 0
        }
        if errno != 0 { throw InputError.system(errno, action: .read, at: folder.path) }
        return names
    }

    private static func isRegularFile(_ url: URL) -> Bool { type(of: url) == S_IFREG }

    private static func isFolder(_ url: URL) -> Bool { type(of: url) == S_IFDIR }

    private static func type(of url: URL) -> mode_t? {
        var information = stat()
        return stat(url.path, &information) == 0 ? information.st_mode & S_IFMT : nil
    }

    /// Removes a file if it can; the caller meets it again the next time where it cannot.
    package static func removeIfPossible(_ url: URL) {
        unlink(url.path)
    }
}
