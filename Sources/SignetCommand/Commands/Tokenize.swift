import ArgumentParser
import CommandSupport
import Files
import Foundation
import Signet

/// `signet tokenize`: the tokens of texts and chats.
struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Prints the tokens of the rows of a JSONL file.",
        discussion: """
            Rows are {"text"}; special tokens in the text are recognised and no begin token is added. With --chat, rows \
            are those of training (messages, prompt and completion, text), shown as the model sees them, with what \
            carries loss between ⟦ and ⟧.
            """)

    @Option(
        help: ArgumentHelp(
            "A Hugging Face folder, a GGUF file or a tiktoken tokenizer.model.", valueName: "path"))
    var model: String

    @Argument(help: "The rows: a JSONL file.")
    var file: String

    @Flag(help: "Show rows as training has them, and which of their tokens carry loss.")
    var chat = false

    @Flag(help: "Print one JSON array of ids a line; with --chat, an object: tokens, loss_start and text.")
    var json = false

    func run() throws {
        let tokenizer = try Tokenizer(contentsOf: URL(fileURLWithPath: model))
        var output = BufferedLines()
        for (row, line) in try DatasetReader(path: file).rows() {
            try output.append(chat ? chatLine(row, line, tokenizer) : textLine(row, line, tokenizer))
        }
        try output.flush()
    }

    private func textLine(_ row: DatasetRow, _ line: Int, _ tokenizer: Tokenizer) throws -> String {
        guard case .text(let text) = row else {
            throw InputError(
                .data, at: "\(file):\(line)", "expected {\"text\"}, found a row of another form, which --chat shows")
        }
        let tokens = tokenizer.encode(text)
        if json { return list(tokens).compactText }
        let pieces = tokens.map { "\($0) \(JSONValue.string(tokenizer.decode([$0])).compactText)" }
        return "line \(line), \(tokens.count) tokens: \(pieces.joined(separator: ", "))"
    }

    private func chatLine(_ row: DatasetRow, _ line: Int, _ tokenizer: Tokenizer) throws -> String {
        let encoded = try RowEncoder(tokenizer: tokenizer).encode(row, line: line, path: file)
        if json {
            return JSONValue.object([
                .init("tokens", list(encoded.tokens)), .init("loss_start", .number(encoded.lossStart)),
                .init("text", .string(tokenizer.decode(encoded.tokens))),
            ]).compactText
        }
        let context = tokenizer.decode(Array(encoded.tokens.prefix(encoded.lossStart)))
        let learnt = tokenizer.decode(Array(encoded.tokens.dropFirst(encoded.lossStart)))
        return
            "line \(line), \(encoded.tokens.count) tokens, \(encoded.lossTokenCount) with loss:\n\(context)⟦\(learnt)⟧\n"
    }

    private func list(_ tokens: [Int32]) -> JSONValue { .array(tokens.map { .number(Int($0)) }) }
}

/// Lines that go to standard output many at a time.
private struct BufferedLines {
    private static let size = 1 << 16
    private var text = ""

    mutating func append(_ line: String) throws {
        text += line
        text += "\n"
        if text.utf8.count >= Self.size { try flush() }
    }

    mutating func flush() throws {
        try StandardOutput.write(text)
        text = ""
    }
}
