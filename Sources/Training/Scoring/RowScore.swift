import Diagnostics
import Models
import Tensors

/// How probable a model finds what a row wants it to say.
public struct RowScore: Sendable, Equatable {
    /// Tokens of the row.
    public let tokenCount: Int
    /// Tokens that carry loss.
    public let lossTokenCount: Int
    /// The sum of the log-probabilities of the tokens that carry loss, in nats.
    public let logProbability: Double
}

extension LlamaModel {
    /// Scores rows, several at a time, without dropout.
    ///
    /// - Parameters:
    ///   - rows: of any length, also such that carry no loss.
    ///   - onScore: called with every row's score as soon as it is known, in the order of the rows.
    /// - Throws: `InputError` with `.data` where the model gives NaN or infinity; what `onScore` throws.
    public func score(_ rows: [TokenizedRow], onScore: (RowScore) throws -> Void) throws {
        let dataset = TokenizedDataset(path: "", rows: rows)
        for stream in MicroBatch.streams(rows: Array(rows.indices), of: dataset, packing: true) {
            let losses = stream.targets.isEmpty ? [] : noGradient { tokenLosses(stream) }.floats
            var first = 0
            for row in stream.rows.map({ rows[$0] }) {
                let sum = losses[first..<first + row.lossTokenCount].reduce(0) { $0 - Double($1) }
                first += row.lossTokenCount
                guard sum.isFinite else {
                    throw InputError(.data, at: "line \(row.line)", "expected a finite log-probability, found \(sum)")
                }
                try onScore(
                    RowScore(
                        tokenCount: row.tokens.count, lossTokenCount: row.lossTokenCount, logProbability: sum))
            }
        }
    }
}
