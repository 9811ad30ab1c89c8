import ArgumentParser
import Diagnostics
import Foundation
import Tensors

/// Parses the arguments, runs the command and ends the process as the shell expects it: 0, or one `error:` line on
/// standard error and the exit status that fits.
///
/// A reader of standard output that goes away (`| head`) ends a command that only prints, as SIGPIPE would; a command
/// that has other work to do passes over ``StandardOutput/ReaderIsGone`` and goes on.
public func run<Command: ParsableCommand>(_ command: Command.Type) -> Never {
    signal(SIGPIPE, SIG_IGN)
    do {
        var parsed = try command.parseAsRoot()
        try requireInstructionSet()
        try requireThreadCount()
        Machine.endOpenBLASThreads()
        if let computing = parsed as? any ComputingCommand { computing.machine.apply() }
        try parsed.run()
        exit(EXIT_SUCCESS)
    } catch let error as InputError {
        fail("\(error)", error.exitCode)
    } catch is StandardOutput.ReaderIsGone {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        exit(EXIT_FAILURE)
    } catch {
        let code = command.exitCode(for: error)
        // Help and version come as errors too.
        if code.isSuccess { command.exit(withError: error) }
        fail(command.message(for: error), code == .validationFailure ? .usage : .internalFault)
    }
}

/// Kernels other than those asked for would be a silent surprise.
private func requireInstructionSet() throws {
    guard let refused = Machine.refusedInstructionSet else { return }
    throw InputError(
        .config, at: "SIGNET_ISA",
        "expected one of \(Machine.instructionSets.joined(separator: ", ")), which this processor has, found \"\(refused)\""
    )
}

/// So would be all processors where a number was meant.
private func requireThreadCount() throws {
    guard let text = ProcessInfo.processInfo.environment["SIGNET_NUM_THREADS"] else { return }
    guard let count = Int(text), Machine.threadCounts.contains(count) else {
        throw InputError(
            .config, at: "SIGNET_NUM_THREADS", "expected a number of threads from 1 to 1024, found \"\(text)\"")
    }
}

private func fail(_ message: String, _ code: Diagnostics.ExitCode) -> Never {
    ConsoleOutput.writeError(message)
    exit(code.rawValue)
}

/// What a command says beside its result.
public enum StandardError {
    /// Writes why a command ends, in its one line.
    public static func write(_ error: InputError) { ConsoleOutput.writeError("\(error)") }
}
