import Diagnostics
import Tokenizers

extension RowEncoder {
    /// A preference as two rows: the prompt with the chosen completion, and the prompt with the rejected one.
    ///
    /// Loss is on the completions, from one place on in both rows. Where the tokens of a prompt that is a string change as
    /// a completion follows, that place is the first token in which either row differs from the prompt alone, as TRL has
    /// it.
    ///
    /// - Parameters:
    ///   - row: a preference.
    ///   - line: the 1-based line it stands on.
    ///   - path: the file it stands in.
    /// - Throws: `InputError` at `path:line` where the row is of another form, and as `encode(_:line:path:)` does.
    public func encodePreference(_ row: DatasetRow, line: Int, path: String) throws(InputError) -> [TokenizedRow] {
        let place = "\(path):\(line)"
        switch row {
        case .preference(.messages(let prompt), .messages(let chosen), .messages(let rejected)):
            return [
                try preferenceRow(prompt, chosen, line: line, place: place),
                try preferenceRow(prompt, rejected, line: line, place: place),
            ]
        case .preference(.text(let prompt), .text(let chosen), .text(let rejected)):
            let rows = [
                try plain(prompt: prompt, completion: chosen, place: place).0,
                try plain(prompt: prompt, completion: rejected, place: place).0,
            ]
            var alone = tokenizer.encode(prompt, recognisingSpecialTokens: true)
            if let begin = tokenizer.beginToken, rows[0].first == begin, alone.first != begin {
                alone = [begin] + alone
            }
            // The longest beginning that the prompt alone has in common with both.
            let start = rows.map { row in min(zip(row, alone).prefix { $0 == $1 }.count, row.count - 1) }.min()!
            return rows.map { TokenizedRow(tokens: $0, lossStart: start, line: line) }
        case .preference:
            throw InputError(
                .data, at: place,
                "expected prompt, chosen and rejected all as strings or all as messages, found some of each")
        default:
            throw InputError(.data, at: place, "expected a preference (prompt, chosen, rejected), found \(row.form)")
        }
    }

    /// All preferences of a data file, two rows for each, none longer than `maxLength`.
    ///
    /// - Throws: `InputError`: what the reader throws, what `encodePreference(_:line:path:)` throws, and `.data` for the
    ///   first preference of which no token with loss remains, with the number of such preferences.
    public func encodeAllPreferences(of reader: DatasetReader) throws(InputError) -> TokenizedDataset {
        try encodeAll(of: reader, rowsPerExample: 2) { row, line throws(InputError) in
            try encodePreference(row, line: line, path: reader.path)
        }
    }

    private func preferenceRow(
        _ prompt: [ChatMessage], _ completion: [ChatMessage], line: Int, place: String
    ) throws(InputError) -> TokenizedRow {
        let (tokens, lossStart) = try chat(prompt + completion, place: place)
        return TokenizedRow(tokens: tokens, lossStart: lossStart, line: line)
    }
}

extension DatasetRow {
    /// What errors call the form of the row.
    fileprivate var form: String {
        switch self {
        case .messages: "messages"
        case .promptCompletion: "a prompt and a completion"
        case .text: "a text"
        case .preference: "a preference"
        }
    }
}
