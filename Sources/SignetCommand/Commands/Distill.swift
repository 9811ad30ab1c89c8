import ArgumentParser
import CommandSupport
import Signet

/// `signet distill`: texts in, trajectories of a teacher out.
struct DistillCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "distill",
        abstract: "Has a teacher anonymize texts, with an adversary and a judge, and keeps every step.",
        discussion: """
            Each role is played by an OpenAI-compatible endpoint or by a local model, as the config file says. A run that \
            was stopped or killed is gone on with by the same command; nothing that was answered is asked again.
            """)

    @Option(help: "The config file (JSON).")
    var config: String

    @Option(help: "Sets a key of the config, such as rounds=5. May be given several times.")
    var set: [String] = []

    @Flag(help: "Print warnings and the result only.")
    var quiet = false

    @OptionGroup var machine: MachineOptions

    func run() throws {
        let configuration = try DistillConfiguration(contentsOfFile: config, overrides: set)
        StopSignal.listen()
        let style = ProgressReporter.Style.automatic(quiet: quiet)
        let outcome = try waiting {
            try await Distillation(configuration, style: style).run()
        }
        if outcome.end == .stopped {
            try? StandardOutput.writeLine("stopped; the same command goes on")
        }
    }
}
