import ArgumentParser
import Foundation
import Tensors

/// A command that computes, on as many threads as its user says.
public protocol ComputingCommand: ParsableCommand {
    /// Applied before the command runs.
    var machine: MachineOptions { get }
}

/// How much of the machine a command may use.
public struct MachineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Threads to compute with: rules over SIGNET_NUM_THREADS; otherwise one for each core it may use.",
            valueName: "n"))
    public var threads: Int?

    public init() {}

    public func validate() throws {
        guard let threads, !Machine.threadCounts.contains(threads) else { return }
        throw ValidationError(
            "--threads: expected a number from 1 to \(Machine.threadCounts.upperBound), found \(threads)")
    }

    /// The threads that the user has asked for, in either way; nil where it is left to the command.
    public var chosenThreads: Int? {
        threads ?? ProcessInfo.processInfo.environment["SIGNET_NUM_THREADS"].flatMap { Int($0) }
    }

    func apply() {
        if let threads { Machine.threadCount = threads }
    }
}

extension Machine {
    /// Writes what computes here to standard error, for commands whose output is for other programs to read.
    public static func announce() {
        try? FileHandle.standardError.write(contentsOf: Data("machine: \(summary)\n".utf8))
    }
}
