import ArgumentParser
import CommandSupport
import Signet

/// `signet distill`: texts in, trajectories of a teacher out.
struct DistillCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "distill",
        abstract: "Has a teacher anonymize texts, with an adversary and a judge, and keeps every step.",
        discussion: """
            The config file names the texts, the output_dir for trajectories.jsonl, and who plays the anonymizer and, where \
            that is somebody else, the adversary and the judge: an OpenAI-compatible endpoint or a local model. The least of \
            it: {"texts": "texts.jsonl", "anonymizer": {"endpoint": {"base_url": "https://api.openai.com/v1", "model": \
            "gpt-4o", "api_key_env": "OPENAI_API_KEY"}}, "output_dir": "distilled"}. A run that was stopped or killed is gone \
            on with by the same command; nothing that was answered is asked again.
            """)

    @Option(help: ArgumentHelp("The config file (JSON).", valueName: "file"))
    var config: String

    @Option(
        help: ArgumentHelp(
            "Sets a key of the config, such as rounds=5. May be given several times.", valueName: "key=value"))
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
