import ArgumentParser
import CommandSupport
import Files
import Foundation
import Signet

/// `signet evaluate`: how private anonymized texts are, and how useful still.
struct EvaluateCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measures privacy against utility, as the SEAL paper does.",
        discussion: """
            The results are what anonymize or distill writes: every version of every text with what an adversary infers \
            from it and how a judge finds it, or masked texts (anonymize --mask), whose originals and spans --gold has. \
            Several files are runs over the same texts with different seeds. Printed is a table with a row for the \
            original, each baseline and each iteration, and how well masks cover the spans; --out writes it as text, CSV, \
            JSON and a page with plots.

            --models names a file such as {"adversary": {"endpoint": {"base_url": "https://api.openai.com/v1", "model": \
            "gpt-4.1", "api_key_env": "OPENAI_API_KEY"}}, "judge": {"model": {"path": "M"}, "adapter_path": "A"}}. What they \
            have answered is kept: the same line goes on where a process was stopped.
            """)

    @Argument(help: ArgumentHelp("Files that anonymize or distill has written, one a run.", valueName: "results"))
    var results: [String]

    @Option(
        help: ArgumentHelp(
            "Texts by their id with what is true of their authors, or with the spans that masks have to cover.",
            valueName: "file"))
    var gold: String?

    @Option(
        name: .customLong("baseline"),
        help: ArgumentHelp(
            "What another method made of the same texts: trajectories, masked texts, or texts by their id. May be given several times.",
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

    @Option(
        help: ArgumentHelp(
            "Draws of the profiles for confidence intervals, at most \(Bootstrap.mostReplicates); 0 for none.",
            valueName: "n"))
    var bootstrap = 1000

    @Option(help: ArgumentHelp("What the draws depend on.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp("A folder for report.txt, report.csv, report.json and report.html.", valueName: "folder"))
    var out: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Flag(help: "With --models: no progress on standard error.")
    var quiet = false

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
        guard let report = try finished(evaluation) else { return }
        if let out { try report.write(to: out) }
        try StandardOutput.write(json ? report.json.compactText + "\n" : report.text)
    }

    /// The report, or nil where the evaluation was asked to stop. What models were asked and what that cost goes to standard
    /// error, since standard output is for the report.
    private func finished(_ evaluation: Evaluation) throws -> EvaluationReport? {
        guard models != nil else { return try waiting { try await evaluation.report() } }
        StopSignal.listen()
        let style = ProgressReporter.Style.automatic(quiet: quiet, on: .standardError)
        var report: EvaluationReport?
        do {
            let work = { @Sendable in try await evaluation.report(style: style) }
            report = try waiting(until: { StopSignal.signal != nil }, for: work)
        } catch is CancellationError {}
        let lines = evaluation.usage.lines + (report == nil ? ["stopped; the same command goes on from here"] : [])
        try? FileHandle.standardError.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
        return report
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
