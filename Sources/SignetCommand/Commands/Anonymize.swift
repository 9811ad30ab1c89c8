import ArgumentParser
import CommandSupport
import Foundation
import Signet

/// `signet anonymize`: texts that refine themselves.
struct AnonymizeCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "anonymize",
        abstract: "Anonymizes texts by a model that judges and improves its own work.",
        discussion: """
            The model infers what a text gives away about its author, rewrites it, and judges how useful it still is, for \
            some rounds or until nothing is inferred any more with the certainty that counts. The input is a JSONL or CSV \
            file with a text a line, or one text. Refined texts are written as they are finished, in the order of the input; \
            the same line goes on where a killed process left off.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case jsonl, text
    }

    @OptionGroup var model: ModelOptions

    @OptionGroup var machine: MachineOptions

    @OptionGroup var refinement: RefinementOptions

    @Argument(help: ArgumentHelp("The texts: a JSONL or CSV file with a text a line, or a file of plain text."))
    var input: String

    @Option(help: ArgumentHelp("The file of refined texts, one JSON object a line.", valueName: "file"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "What is printed: progress beside --out (jsonl), or every text with its changes marked (text).",
            valueName: "format"))
    var format = Format.jsonl

    @Option(help: ArgumentHelp("The most texts that are refined at the same time.", valueName: "n"))
    var batchSize = 16

    func validate() throws {
        guard batchSize >= 1 else { throw ValidationError("--batch-size: expected at least 1, found \(batchSize)") }
        if out == nil, format == .jsonl { throw ValidationError("--out: expected a file, found none") }
    }

    func run() throws {
        let (records, reading) = try TextRecord.all(in: input)
        let settings = try refinement.settings()
        let location = try model.open()
        let output = try out.map {
            try RefinementOutput(path: $0, records: records, settings: settings.named(digest: model.digest(location)))
        }
        let begun = output?.done ?? 0
        var report = AnonymizeReport(format: format, settings: settings, count: records.count, begun: begun)
        try report.begin(model: model.name, out: out, reading: reading)
        guard begun < records.count else { return try report.end() }
        let chatModel = try LocalChatModel(
            name: model.name, location: location, model: model.load(location), slots: batchSize)
        let run = RefinementRun(SelfRefinement(chatModel, settings: settings), concurrency: batchSize)
        StopSignal.listen()
        do {
            let work = { @Sendable [report] in
                var report = report
                if let output {
                    try await run.refine(records, to: output) { try report.show($0, $1) }
                } else {
                    try await run.refine(records.map(\.text)) { try report.show($0, $1) }
                }
                return report
            }
            report = try waiting(until: { StopSignal.signal != nil }, for: work)
            try report.end()
        } catch is CancellationError {
            try report.stop()
        }
    }
}

extension ModelOptions {
    /// What reports call the model.
    var name: String {
        URL(fileURLWithPath: model).lastPathComponent
            + (adapter.map { " with \(URL(fileURLWithPath: $0).lastPathComponent)" } ?? "")
    }

    /// The digest of all that the model's answers depend on.
    func digest(_ location: ModelLocation) throws -> String {
        try location.generationDigest(
            adapter: adapter.map { URL(fileURLWithPath: $0) }, computeType: computeDtype.dtype,
            quantization: quantization.settings)
    }
}
