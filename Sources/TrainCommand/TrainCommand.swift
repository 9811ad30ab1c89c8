import ArgumentParser
import CommandSupport
import Foundation
import Signet

/// `train`: one config file in, one trained adapter out.
struct TrainCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Fine-tunes a language model with LoRA or QLoRA, as a config file says.")

    @Option(help: "The config file (JSON).")
    var config: String

    @Option(
        defaultAsFlag: "latest",
        help: "Go on from the newest whole checkpoint of the output folder, or from the given one.")
    var resume: String?

    @Option(help: "Sets a key of the config, such as training.max_steps=20. May be given several times.")
    var set: [String] = []

    @Flag(help: "Print the plan and stop before the first step.")
    var dryRun = false

    @Flag(help: "Print warnings and the result only.")
    var quiet = false

    @Option(
        help: ArgumentHelp("Stop where the launcher has placed another number of ranks on a host.", valueName: "n"))
    var ranksPerHost: Int?

    @OptionGroup var machine: MachineOptions

    private func resumeCommand(_ communicator: any Communicator) -> String {
        let threads = machine.threads.map { ["--threads", "\($0)"] } ?? []
        let words =
            LaunchedProcesses.launcher(of: communicator.rankCount) + [CommandLine.arguments[0], "--config", config]
            + set.flatMap { ["--set", $0] } + threads + ["--resume"]
        return words.map { $0.contains(where: { " \"'$*?[](){}<>|&;\\".contains($0) }) ? "'\($0)'" : $0 }.joined(
            separator: " ")
    }

    func run() throws {
        let communicator = try LaunchedProcesses.communicator()
        do {
            try train(communicator)
        } catch let failure as CommonFailure {
            // All ranks end here; one says why, before the others' ends make a launcher end it too.
            if communicator.rank == 0 { StandardError.write(failure.error) }
            communicator.finish(exitCode: failure.error.exitCode.rawValue)
            Foundation.exit(failure.error.exitCode.rawValue)
        } catch  where communicator.rankCount > 1 {
            // The others wait for this rank, and do not know.
            let error = error as? InputError ?? InputError(.internalFault, at: "", "\(error)")
            let name = communicator.rank == 0 ? "" : "\(communicator.hosts.name(communicator.rank)): "
            communicator.leave(exitCode: error.exitCode.rawValue, message: "\(name)\(error)")
        }
        communicator.finish()
    }

    private func train(_ communicator: any Communicator) throws {
        let configuration = try communicator.together {
            try TrainConfiguration(contentsOfFile: config, overrides: set)
        }
        let placements = try Placement.arrange(
            communicator, threads: machine.chosenThreads, ranksPerHost: ranksPerHost)
        let setup = try RunSetup(configuration, communicator: communicator, placements: placements)
        // A reader that went away is no reason not to train.
        if !quiet || dryRun, communicator.rank == 0 { try? StandardOutput.writeLine(setup.plan) }
        if dryRun { return }
        StopSignal.listen()
        let start: TrainingRun.Start =
            switch resume {
            case nil: .fresh
            case "latest": .latest
            case let file?: .checkpoint(URL(fileURLWithPath: file))
            }
        // Launchers give rank 0 a terminal of their own, whatever becomes of its output.
        let style: ProgressReporter.Style =
            communicator.rankCount > 1 ? quiet ? .quiet : .lines : .automatic(quiet: quiet)
        var run = try TrainingRun(setup, start: start, style: style, resumeCommand: resumeCommand(communicator))
        try run.run()
    }
}
