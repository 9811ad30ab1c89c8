import Diagnostics
import Foundation

extension PosixFile {
    /// What has come of asking for a file's lock.
    enum LockAttempt {
        case locked
        case inUse
        /// The file system has no locks.
        case unsupported
    }

    /// Keeps other processes that ask for the same from having the file until this one closes it or ends.
    ///
    /// - Throws: `InputError(.tryAgain)` where another process has it, or the file system has no locks.
    package func lock() throws(InputError) {
        switch try tryLock() {
        case .locked: return
        case .inUse: throw InputError(.tryAgain, at: name, "is in use by another process")
        case .unsupported: throw InputError(.tryAgain, at: name, "cannot be locked: its file system has no locks")
        }
    }

    /// Asks for the lock, and does not wait for it.
    func tryLock() throws(InputError) -> LockAttempt {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return .inUse
            case ENOSYS, ENOTSUP, ENOLCK: return .unsupported
            default: throw InputError.system(errno, action: .written, at: name)
            }
        }
        isLocked = true
        return .locked
    }

    /// Whether the name that the file was opened by still stands for it.
    var hasItsName: Bool {
        var (opened, named) = (stat(), stat())
        return fstat(descriptor, &opened) == 0 && stat(url.path, &named) == 0
            && (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino)
    }
}
