import ArgumentParser
import CommandSupport
import Foundation
import Signet

/// `signet anonymize`: texts that refine themselves, or are masked.
struct AnonymizeCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "anonymize",
        abstract: "Anonymizes texts by a model that judges and improves its own work, or by masks.",
        discussion: """
            The model infers what a text gives away about its author, rewrites it, and judges how useful it still is, for \
            some rounds or until nothing is inferred any more with the certainty that counts. With --mask it puts masks in \
            the place of personal data instead, and every other character stays. The input is a JSONL or CSV file with a \
            text a line, or one text. Anonymized texts are written as they are finished, in the order of the input, each \
            with why a human should look at it (needs_review); the same line goes on where a killed process left off.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case jsonl, text
    }

    @OptionGroup(title: "Model") var model: ModelOptions

    @OptionGroup(title: "Rewriting") var refinement: RefinementOptions

    @OptionGroup(title: "Masking") var masking: MaskingOptions

    @OptionGroup(title: "Answers") var answers: AnswerOptions

    @OptionGroup var machine: MachineOptions

    @Argument(
        help: ArgumentHelp(
            "The texts: a JSONL file of objects with a text, a CSV file with a column text, or a file of plain text."))
    var input: String

    @Option(help: ArgumentHelp("The file of anonymized texts, one JSON object a line.", valueName: "file"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "What is printed: progress beside --out (jsonl), or every text with its changes marked (text).",
            valueName: "format"))
    var format = Format.jsonl

    @Option(help: ArgumentHelp("The most texts that are worked on at the same time.", valueName: "n"))
    var batchSize = 16

    func validate() throws {
        guard batchSize >= 1 else { throw ValidationError("--batch-size: expected at least 1, found \(batchSize)") }
        if out == nil, format == .jsonl { throw ValidationError("--out: expected a file, found none") }
        if masking.mask != nil, let option = refinement.given.first {
            throw ValidationError("\(option): is for rewriting, expected none with --mask")
        }
    }

    func run() throws {
        if let types = try masking.types() {
            let settings = MaskingSettings(types: types, answers: answers.settings)
            try run(settings.named(digest:), heading: "masking \(settings.types.joined(separator: ", "))") {
                TextMasking($0, settings: settings)
            } showing: {
                ShownText($0)
            }
        } else {
            let settings = try refinement.settings(answers.settings)
            let heading =
                "up to \(settings.rounds) rounds, protecting "
                + settings.protected.sorted().map(\.rawValue).joined(separator: ", ")
                + " where inferred with certainty \(settings.certainty) or more"
            try run(settings.named(digest:), heading: heading) {
                SelfRefinement($0, settings: settings)
            } showing: {
                ShownText($0, settings)
            }
        }
    }

    /// - Parameters:
    ///   - settings: by name, all that the results depend on beside the texts, for a model's digest.
    ///   - heading: what is going to be done, in words.
    ///   - make: makes of a model what anonymizes.
    ///   - shown: what is shown of a result.
    private func run<Anonymizer: TextAnonymizer>(
        _ settings: (String) -> [(name: String, value: String)], heading: String,
        _ make: (LocalChatModel) -> Anonymizer,
        showing shown: @escaping @Sendable (Anonymizer.Anonymized) -> ShownText
    ) throws {
        let (records, reading) = try TextRecord.all(in: input)
        let location = try model.open()
        let output = try out.map {
            try AnonymizationOutput(path: $0, records: records, settings: settings(model.digest(location)))
        }
        let begun = output?.done ?? 0
        var report = AnonymizeReport(format: format, count: records.count, begun: begun)
        report.begin("model: \(model.name); \(heading)", out: out, reading: reading)
        guard begun < records.count else { return report.end() }
        let chatModel = try LocalChatModel(
            name: model.name, location: location, model: model.load(location), slots: batchSize)
        let run = AnonymizationRun(make(chatModel), concurrency: batchSize)
        report.restartClock()
        StopSignal.listen()
        let work = { @Sendable [report] in
            var report = report
            do {
                if let output {
                    try await run.anonymize(records, to: output) { try report.show($0, shown($1)) }
                } else {
                    try await run.anonymize(records.map(\.text)) { try report.show($0, shown($1)) }
                }
                report.end()
            } catch is CancellationError {
                report.stop()
            }
        }
        try waiting(until: { StopSignal.signal != nil }, for: work)
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
