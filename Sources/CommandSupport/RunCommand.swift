import ArgumentParser
import Diagnostics
import Foundation

/// Parses the arguments, runs the command and ends the process as the shell expects it: 0, or one `error:` line on
/// standard error and the exit status that fits.
public func run<Command: ParsableCommand>(_ command: Command.Type) -> Never {
    do {
        var parsed = try command.parseAsRoot()
        try parsed.run()
        exit(EXIT_SUCCESS)
    } catch let error as InputError {
        fail("\(error)", error.exitCode.rawValue)
    } catch {
        let code = command.exitCode(for: error)
        // Help and version come as errors too.
        if code.isSuccess { command.exit(withError: error) }
        let isUsage = code == .validationFailure
        fail(command.message(for: error), isUsage ? Diagnostics.ExitCode.usage.rawValue : Diagnostics.ExitCode.internalFault.rawValue)
    }
}

private func fail(_ message: String, _ status: Int32) -> Never {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    FileHandle.standardError.write(Data("error: \(line)\n".utf8))
    exit(status)
}
