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
    ///   - streamLength: tokens that are computed at once; a longer row is computed by itself.
    ///   - onScore: called with every row's score, in the order of the rows.
    public func score(
        _ rows: [TokenizedRow], streamLength: Int = 2048, onScore: (RowScore) throws -> Void
    ) rethrows {
        var next = 0
        while next < rows.count {
            let first = next
            var length = 0
            repeat {
                length += rows[next].tokens.count
                next += 1
            } while next < rows.count && length + rows[next].tokens.count <= streamLength
            for score in scores(of: Array(rows[first..<next])) { try onScore(score) }
        }
    }

    private func scores(of rows: [TokenizedRow]) -> [RowScore] {
        let learnt = rows.indices.filter { rows[$0].lossTokenCount > 0 }
        var losses: ArraySlice<Float> = []
        if !learnt.isEmpty {
            let stream = MicroBatch(rows: learnt, of: TokenizedDataset(path: "", rows: rows))
            losses = noGradient { tokenLosses(stream) }.floats[...]
        }
        return rows.map { row in
            defer { losses = losses.dropFirst(row.lossTokenCount) }
            return RowScore(
                tokenCount: row.tokens.count, lossTokenCount: row.lossTokenCount,
                logProbability: losses.prefix(row.lossTokenCount).reduce(0) { $0 - Double($1) })
        }
    }
}
