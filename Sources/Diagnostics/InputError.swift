/// What a command tells the shell when something from outside is wrong (the values of `sysexits.h`).
public enum ExitCode: Int32, Sendable {
    case usage = 64
    case data = 65
    case missingFile = 66
    case internalFault = 70
    case tryAgain = 75
    case config = 78
}

/// Something from outside (a file, a key, a row, the environment) that is not as it has to be.
///
/// The description is one line: the place, what was expected and what was found.
public struct InputError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the process exits with when this error ends it.
    public let exitCode: ExitCode
    /// The file, key path or line that is wrong, as the user would name it.
    public let place: String
    /// What was expected and what was found, without a final full stop.
    public let message: String

    /// - Parameters:
    ///   - exitCode: the process's exit status when the error ends it.
    ///   - place: the file, key path or `file:line` that is wrong.
    ///   - message: what was expected and what was found.
    public init(_ exitCode: ExitCode, at place: String, _ message: String) {
        self.exitCode = exitCode
        self.place = place
        self.message = message
    }

    public var description: String { place.isEmpty ? message : "\(place): \(message)" }
}
