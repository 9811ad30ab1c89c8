import Diagnostics
import Foundation

/// What is being done to a file, for errors.
package enum FileAction: String, Sendable {
    case read
    case written

    /// A write that failed may succeed later, as nothing but the disk is in its way; a read may too where the system
    /// lacks room for the moment.
    private func exitCode(of number: Int32) -> ExitCode {
        switch (self, number) {
        case (.written, _): .tryAgain
        case (.read, ENOENT), (.read, ENOTDIR): .missingFile
        case (.read, EMFILE), (.read, ENFILE), (.read, ENOMEM), (.read, EAGAIN), (.read, EINTR), (.read, EBUSY),
            (.read, ESTALE), (.read, ETIMEDOUT):
            .tryAgain
        case (.read, _): .data
        }
    }

    /// The error of a system call.
    fileprivate func error(_ number: Int32, at path: String) -> InputError {
        InputError(exitCode(of: number), at: path, "could not be \(rawValue): \(String(cString: strerror(number)))")
    }
}

extension InputError {
    /// A system call on a file that failed.
    ///
    /// - Parameters:
    ///   - number: the call's `errno`.
    ///   - action: what was being done, as in "could not be …".
    ///   - path: the file, as the user would name it.
    package static func system(_ number: Int32, action: FileAction, at path: String) -> InputError {
        action.error(number, at: path)
    }
}
