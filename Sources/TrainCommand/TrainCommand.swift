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

    @OptionGroup var machine: MachineOptions

    private var resumeCommand: String {
        let threads = machine.threads.map { ["--threads", "\($0)"] } ?? []
        let words =
            [CommandLine.arguments[0], "--config", config] + set.flatMap { ["--set", $0] } + threads + ["--resume"]
        return words.map { $0.contains(where: { " \"'$*?[](){}<>|&;\\".contains($0) }) ? "'\($0)'" : $0 }.joined(
            separator: " ")
    }

    func run() throws {
        let configuration = try TrainConfiguration(contentsOfFile: config, overrides: set)
        let setup = try RunSetup(configuration)
        // A reader that went away is no reason not to train.
        if !quiet || dryRun { try? StandardOutput.writeLine(setup.plan) }
        if dryRun { return }
        StopSignal.listen()
        let start: TrainingRun.Start =
            switch resume {
            case nil: .fresh
            case "latest": .latest
            case let file?: .checkpoint(URL(fileURLWithPath: file))
            }
        var run = try TrainingRun(setup, start: start, style: .automatic(quiet: quiet), resumeCommand: resumeCommand)
        try run.run()
    }
}
