import Diagnostics
import Tokenizers

/// Turns rows into tokens with a loss mask.
///
/// | row | tokens | loss |
/// |---|---|---|
/// | messages; prompt and completion as messages | the chat as the model's template renders it | all after the generation prompt of the last assistant turn |
/// | prompt and completion as strings | begin token, prompt, completion, end token | completion and end token |
/// | text | begin token, text, end token | all |
///
/// Prompt and completion are encoded together, as TRL does it, so that the tokens are those of the whole text; loss begins
/// behind as many tokens as the prompt alone takes. The begin token stands only where the tokenizer's own rule adds one,
/// and neither it nor the end token is doubled where the text brings its own.
public struct RowEncoder: Sendable {
    /// The model's tokenizer.
    public let tokenizer: any RowTokenizer
    /// The number of tokens of a row that are kept, from its beginning.
    public let maxLength: Int
    /// Whether only completions carry loss; otherwise every token that has one before it does.
    public let completionOnlyLoss: Bool

    /// - Parameters:
    ///   - tokenizer: the model's tokenizer.
    ///   - maxLength: the number of tokens of a row that are kept, from its beginning.
    ///   - completionOnlyLoss: whether only completions carry loss.
    public init(tokenizer: any RowTokenizer, maxLength: Int = .max, completionOnlyLoss: Bool = true) {
        require(maxLength >= 2, "RowEncoder: maxLength \(maxLength) leaves no token with loss")
        self.tokenizer = tokenizer
        self.maxLength = maxLength
        self.completionOnlyLoss = completionOnlyLoss
    }

    /// The whole row as tokens, whatever its length.
    ///
    /// - Parameters:
    ///   - row: a row of any form but a preference.
    ///   - line: the 1-based line it stands on.
    ///   - path: the file it stands in.
    /// - Throws: `InputError` at `path:line` where the row is a preference, where the tokenizer lacks an end token or a
    ///   chat template the row needs, or where the template refuses the messages.
    public func encode(_ row: DatasetRow, line: Int, path: String) throws(InputError) -> TokenizedRow {
        let place = "\(path):\(line)"
        var (tokens, lossStart) =
            switch row {
            case .messages(let messages): try chat(messages, place: place)
            case .promptCompletion(.messages(let prompt), .messages(let completion)):
                try chat(prompt + completion, place: place)
            case .promptCompletion(.text(let prompt), .text(let completion)):
                try plain(prompt: prompt, completion: completion, place: place)
            case .text(let text): try plain(prompt: "", completion: text, place: place)
            case .promptCompletion:
                throw InputError(
                    .data, at: place,
                    "expected prompt and completion both as strings or both as messages, found one of each")
            case .preference:
                throw InputError(
                    .data, at: place,
                    "expected messages, prompt and completion or text, found a preference (prompt, chosen, rejected)")
            }
        if !completionOnlyLoss { lossStart = 0 }
        return TokenizedRow(tokens: tokens, lossStart: lossStart, line: line)
    }

    /// All rows of a data file as tokens, none longer than `maxLength`.
    ///
    /// A longer row loses its end as long as a token that carries loss remains. Every row is looked at before any is
    /// refused.
    ///
    /// - Throws: `InputError`: what the reader throws, what `encode(_:line:path:)` throws, and `.data` for the first
    ///   row of which no token with loss remains, with the number of such rows.
    public func encodeAll(of reader: DatasetReader) throws(InputError) -> TokenizedDataset {
        try encodeAll(of: reader, rowsPerExample: 1) { row, line throws(InputError) in
            [try encode(row, line: line, path: reader.path)]
        }
    }

    /// All rows of a data file as tokens, `rowsPerExample` for each line.
    func encodeAll(
        of reader: DatasetReader, rowsPerExample: Int,
        encode: (_ row: DatasetRow, _ line: Int) throws(InputError) -> [TokenizedRow]
    ) throws(InputError) -> TokenizedDataset {
        var rows: [TokenizedRow] = []
        var truncatedRowCount = 0
        var firstProblem: (line: Int, message: String)?
        var problemCount = 0
        try reader.forEachRow { row, line throws(InputError) in
            let encoded = try encode(row, line)
            if let problem = encoded.lazy.compactMap({ problem(with: $0) }).first {
                problemCount += 1
                firstProblem = firstProblem ?? (line, problem)
            }
            for var row in encoded {
                if row.tokens.count > maxLength {
                    row.tokens.removeSubrange(maxLength...)
                    truncatedRowCount += 1
                }
                rows.append(row)
            }
        }
        if let firstProblem {
            let others = problemCount == 1 ? "" : " (\(problemCount) such rows in all)"
            throw InputError(.data, at: "\(reader.path):\(firstProblem.line)", firstProblem.message + others)
        }
        return TokenizedDataset(
            path: reader.path, rows: rows, rowsPerExample: rowsPerExample, truncatedRowCount: truncatedRowCount)
    }

    /// Why nothing can be learnt from a row; nil where something can.
    private func problem(with row: TokenizedRow) -> String? {
        if row.lossTokenCount == 0 {
            return "expected a token that carries loss, found none among \(row.tokens.count) tokens"
        }
        if row.lossStart >= maxLength {
            return "expected a completion that begins within data.max_length \(maxLength), "
                + "found one that begins after \(row.lossStart) of \(row.tokens.count) tokens"
        }
        return nil
    }

    func chat(_ messages: [ChatMessage], place: String) throws(InputError) -> ([Int32], Int) {
        do {
            let chat = try tokenizer.encodeTrainingChat(messages)
            return (chat.tokens, chat.lossStart)
        } catch let error as InputError {
            throw InputError(error.exitCode, at: place, error.description)
        } catch {
            throw InputError(.data, at: place, "\(error)")
        }
    }

    /// The tokens of a text, and the number of those that its prompt takes alone.
    func plain(prompt: String, completion: String, place: String) throws(InputError) -> ([Int32], Int) {
        guard let endToken = tokenizer.endToken else {
            throw InputError(.data, at: place, "expected a tokenizer with an end token for plain text, found none")
        }
        let promptCount = tokenizer.encode(prompt, recognisingSpecialTokens: true).count
        var tokens = tokenizer.encode(prompt + completion, recognisingSpecialTokens: true)
        if completion.isEmpty || tokens.last != endToken { tokens.append(endToken) }
        guard tokenizer.addsBeginToken, let beginToken = tokenizer.beginToken, tokens.first != beginToken else {
            return (tokens, min(promptCount, tokens.count - 1))
        }
        return ([beginToken] + tokens, min(promptCount, tokens.count - 1) + 1)
    }
}
