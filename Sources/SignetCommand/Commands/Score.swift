import ArgumentParser
import CommandSupport
import Files
import Foundation
import Signet

/// `signet score`: the log-probability of every row of a data file.
struct ScoreCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Prints how probable a model finds the rows of a data file.",
        discussion: """
            One line a row, in the order of the file: its tokens, those that carry loss, and the sum of their \
            log-probabilities in nats. Rows have the forms that training takes: messages, prompt and completion, or text.
            """)

    @OptionGroup var model: ModelOptions

    @OptionGroup var machine: MachineOptions

    @Option(help: ArgumentHelp("The rows: a JSONL file.", valueName: "file"))
    var data: String

    @Flag(help: "Print a JSON object a line: num_tokens, num_loss_tokens and logp.")
    var json = false

    func run() throws {
        let location = try model.open()
        let encoder = RowEncoder(tokenizer: try Tokenizer(of: location))
        var rows: [TokenizedRow] = []
        try DatasetReader(path: data).forEachRow { row, line throws(InputError) in
            rows.append(try encoder.encode(row, line: line, path: data))
        }
        var lines = ScoreLines(rows: rows, json: json)
        try model.load(location).score(rows) { try StandardOutput.writeLine(lines.next($0)) }
    }
}

/// The lines that show scores.
private struct ScoreLines {
    let rows: [TokenizedRow]
    let json: Bool
    private var shown = 0

    init(rows: [TokenizedRow], json: Bool) {
        self.rows = rows
        self.json = json
    }

    mutating func next(_ score: RowScore) -> String {
        defer { shown += 1 }
        if json {
            return JSONValue.object([
                .init("num_tokens", .number(score.tokenCount)), .init("num_loss_tokens", .number(score.lossTokenCount)),
                .init("logp", .number(score.logProbability)),
            ]).compactText
        }
        let mean = score.lossTokenCount > 0 ? -score.logProbability / Double(score.lossTokenCount) : 0
        return "line \(rows[shown].line): \(score.tokenCount) tokens, \(score.lossTokenCount) with loss, "
            + "logp \(score.logProbability.decimal(4)), loss \(mean.decimal(4)) a token"
    }
}

extension Double {
    /// The number with a fixed number of digits behind the point.
    func decimal(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }
}
