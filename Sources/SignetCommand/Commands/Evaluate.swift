import ArgumentParser
import CommandSupport
import Files
import Signet

/// `signet evaluate`: how private anonymized texts are, and how useful still.
struct EvaluateCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measures privacy against utility, as the SEAL paper does.",
        discussion: """
            The results are what anonymize or distill writes: every version of every text with what an adversary infers \
            from it and how a judge finds it. Several files are runs over the same texts with different seeds. Printed is a \
            table with a row for the original, each baseline and each iteration; --out writes it as text, CSV, JSON and a \
            page with plots.
            """)

    @Argument(help: ArgumentHelp("JSONL files of versions, one a run.", valueName: "results"))
    var results: [String]

    @Option(
        help: ArgumentHelp(
            "Texts by their id with what is true of their authors, or with the spans that a mask has to cover.",
            valueName: "file"))
    var gold: String?

    @Option(
        name: .customLong("baseline"),
        help: ArgumentHelp(
            "What another method made of the same texts: trajectories, or texts by their id. May be given several times.",
            valueName: "name=file"))
    var baselines: [String] = []

    @Option(
        help: ArgumentHelp(
            "Who plays the adversary, the judge and the equality judge (JSON). Without it the files' own word counts.",
            valueName: "file"))
    var models: String?

    @Option(
        help: ArgumentHelp("The least certainty, from 0 to 5, with which a label of --gold counts.", valueName: "n"))
    var certainty = 3

    @Option(help: ArgumentHelp("Draws of the profiles for confidence intervals; 0 for none.", valueName: "n"))
    var bootstrap = 1000

    @Option(help: "What the draws depend on.")
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp("A folder for report.txt, report.csv, report.json and report.html.", valueName: "folder"))
    var out: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    @OptionGroup var machine: MachineOptions

    func validate() throws {
        guard !results.isEmpty else { throw ValidationError("results: expected at least one file, found none") }
        guard 0...5 ~= certainty else {
            throw ValidationError("--certainty: expected a number from 0 to 5, found \(certainty)")
        }
        guard 0...Bootstrap.mostReplicates ~= bootstrap else {
            throw ValidationError(
                "--bootstrap: expected a number from 0 to \(Bootstrap.mostReplicates), found \(bootstrap)")
        }
        _ = try namedBaselines()
    }

    func run() throws {
        let files = EvaluationFiles(
            results: results, baselines: try namedBaselines(), gold: gold, certainty: certainty)
        let evaluation = try Evaluation(
            files, models: try models.map { try EvaluationModels(contentsOfFile: $0) },
            bootstrap: Bootstrap(replicates: bootstrap, seed: seed))
        let report = try waiting { try await evaluation.report() }
        if let out { try report.write(to: out) }
        try StandardOutput.write(json ? report.json.compactText + "\n" : report.text)
    }

    private func namedBaselines() throws -> [(name: String, path: String)] {
        try baselines.map { argument in
            guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else {
                throw ValidationError("--baseline: expected NAME=FILE, found \"\(argument)\"")
            }
            return (String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
        }
    }
}
