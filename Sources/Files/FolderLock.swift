import Diagnostics
import Foundation
import Synchronization

/// Keeps other processes from working in a folder, by a lock on the file `.lock` in it.
///
/// The system gives the lock back when the process ends, however it ends; the file that a killed process leaves behind
/// is taken over by the next. Where the file system has no locks, nobody is kept out.
package final class FolderLock: Sendable {
    private let folder: URL
    private let held: Mutex<PosixFile?>

    /// Takes the lock of an existing folder.
    ///
    /// - Throws: `InputError(.tryAgain)` naming the folder, where another process has it or it cannot be written to.
    package init(_ folder: URL) throws(InputError) {
        self.folder = folder
        held = Mutex(try Self.acquire(folder))
    }

    deinit {
        held.withLock { file in
            // While it is locked: whoever opened it meanwhile finds that it has lost its name, and begins anew.
            if let file, file.hasItsName { Folder.removeIfPossible(file.url) }
        }
    }

    /// Takes the lock again where the folder or the file in it has been removed since.
    ///
    /// - Throws: as `init`.
    package func renew() throws(InputError) {
        try held.withLock { file throws(InputError) in
            if let file, file.hasItsName { return }
            file = nil
            file = try Self.acquire(folder)
        }
    }

    /// - Returns: the locked file; nil where the file system has no locks.
    private static func acquire(_ folder: URL) throws(InputError) -> sending PosixFile? {
        while true {
            let file = try PosixFile(appendingTo: folder.appendingPathComponent(".lock"))
            switch try file.tryLock() {
            case .inUse:
                throw InputError(
                    .tryAgain, at: folder.path, "expected a folder of its own, found it in use by another process")
            case .unsupported:
                Folder.removeIfPossible(file.url)
                return nil
            case .locked: if file.hasItsName { return file }
            }
        }
    }
}
