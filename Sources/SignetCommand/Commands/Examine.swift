import ArgumentParser
import CommandSupport
import Foundation
import Signet

/// `signet examine`: how a student does on rows that were held out.
struct ExamineCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "examine",
        abstract: "Examines a student on held-out rows of its three roles.",
        discussion: """
            The rows are those of signet tasks, such as sft-eval.jsonl. For each task: how probable the model finds the \
            teacher's answers (loss a token, in nats), and how many of the answers that it gives itself, at temperature 0 \
            and at the first try, can be read.
            """)

    @OptionGroup var model: ModelOptions

    @OptionGroup var machine: MachineOptions

    @Argument(help: ArgumentHelp("The rows: a JSONL file of signet tasks.", valueName: "rows"))
    var rows: String

    @Option(help: ArgumentHelp("A file for the model's answers, one JSON object a line.", valueName: "file"))
    var out: String?

    @Option(help: ArgumentHelp("The most tokens of an answer.", valueName: "n"))
    var maxTokens = 1024

    @Option(help: ArgumentHelp("The most questions that are answered at the same time.", valueName: "n"))
    var batchSize = 16

    @Flag(help: "Print the results as JSON.")
    var json = false

    @Flag(help: "No progress on standard error.")
    var quiet = false

    func validate() throws {
        guard maxTokens >= 1 else { throw ValidationError("--max-tokens: expected at least 1, found \(maxTokens)") }
        guard batchSize >= 1 else { throw ValidationError("--batch-size: expected at least 1, found \(batchSize)") }
    }

    func run() throws {
        let rows = try ExaminationRow.all(in: rows)
        let location = try model.open()
        let encoder = RowEncoder(tokenizer: try Tokenizer(of: location))
        let tokenized = try rows.map { try encoder.encode($0.row, line: $0.line, path: self.rows) }
        let network = try model.load(location)
        let progress = ProgressReporter(
            totalSteps: rows.count, style: .automatic(quiet: quiet, on: .standardError), on: .standardError)
        var scores: [RowScore] = []
        var scoring = progress
        try network.score(tokenized) {
            scores.append($0)
            scoring.reportPercent(step: scores.count, "scored")
        }
        scoring.endBar()
        let student = try LocalChatModel(name: model.name, location: location, model: network, slots: batchSize)
        StopSignal.listen()
        let answers: [Examination.Answer]
        do {
            let work = { @Sendable [maxTokens, batchSize] in
                var answering = progress
                answering.restartClock()
                defer { answering.endBar() }
                return try await Examination.answers(
                    rows, by: student, maxTokens: maxTokens, concurrency: batchSize
                ) { answering.reportPercent(step: $0, "answered") }
            }
            answers = try waiting(until: { StopSignal.signal != nil }, for: work)
        } catch is CancellationError {
            throw InputError(.tryAgain, at: self.rows, "stopped before all rows were answered; nothing is kept")
        }
        let examination = Examination(answers, scores: scores)
        if let out { try examination.write(to: URL(fileURLWithPath: out)) }
        try StandardOutput.writeLine(json ? examination.json.compactText : examination.table)
    }
}
