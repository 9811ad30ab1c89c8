import Diagnostics

/// A row as tokens, and which of them are to be learnt.
///
/// Loss is on one stretch at the end of the row. Token i carries loss where it is a target, predicted from the tokens
/// before it; token 0 has none before it and never does.
public struct TokenizedRow: Sendable, Equatable {
    /// The tokens of the row.
    public var tokens: [Int32]
    /// The index of the first token that carries loss, at least 1; all after it do too.
    public var lossStart: Int
    /// The 1-based line of the data file that the row stands on.
    public var line: Int

    /// - Parameters:
    ///   - tokens: the tokens of the row.
    ///   - lossStart: the index of the first token that carries loss; 0 counts as 1.
    ///   - line: the 1-based line of the data file.
    public init(tokens: [Int32], lossStart: Int, line: Int) {
        require(lossStart >= 0, "TokenizedRow: lossStart \(lossStart) is negative")
        self.tokens = tokens
        self.lossStart = max(1, lossStart)
        self.line = line
    }

    /// The number of tokens that carry loss.
    public var lossTokenCount: Int { max(0, tokens.count - lossStart) }
}

/// The rows of a data file as tokens, ready to be batched.
public struct TokenizedDataset: Sendable, Equatable {
    /// The file the rows are from.
    public let path: String
    /// The rows in the order of the file; each has a token that carries loss.
    public let rows: [TokenizedRow]
    /// Neighbouring rows that are one example and always computed in one stream: 2 for preferences, whose chosen row
    /// comes before the rejected one.
    public let rowsPerExample: Int
    /// How many rows were longer than allowed and lost their end.
    public let truncatedRowCount: Int

    /// - Parameters:
    ///   - path: the file the rows are from.
    ///   - rows: the rows in the order of the file.
    ///   - rowsPerExample: neighbouring rows that are one example.
    ///   - truncatedRowCount: how many rows lost their end.
    public init(path: String, rows: [TokenizedRow], rowsPerExample: Int = 1, truncatedRowCount: Int = 0) {
        require(
            rowsPerExample > 0 && rows.count.isMultiple(of: rowsPerExample),
            "TokenizedDataset: \(rows.count) rows, \(rowsPerExample) to an example")
        self.path = path
        self.rows = rows
        self.rowsPerExample = rowsPerExample
        self.truncatedRowCount = truncatedRowCount
    }

    /// The number of examples.
    public var exampleCount: Int { rows.count / rowsPerExample }
    /// The number of tokens in all rows.
    public var tokenCount: Int { rows.reduce(0) { $0 + $1.tokens.count } }
    /// The number of tokens that carry loss in all rows.
    public var lossTokenCount: Int { rows.reduce(0) { $0 + $1.lossTokenCount } }
    /// The number of tokens of the longest row.
    public var longestRow: Int { rows.reduce(0) { max($0, $1.tokens.count) } }
}
