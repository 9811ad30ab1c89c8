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

    public init(tokenCount: Int, lossTokenCount: Int, logProbability: Double) {
        self.tokenCount = tokenCount
        self.lossTokenCount = lossTokenCount
        self.logProbability = logProbability
    }
}

extension LlamaModel {
    /// Scores rows, several at a time, without dropout. What neighbouring rows have in common at their beginning is
    /// computed once.
    ///
    /// - Parameters:
    ///   - rows: of any length, also such that carry no loss.
    ///   - onScore: called with every row's score as soon as it is known, in the order of the rows.
    /// - Throws: `InputError` with `.data` where the model gives NaN or infinity; what `onScore` throws.
    public func score(_ rows: [TokenizedRow], onScore: (RowScore) throws -> Void) throws {
        let planner = StreamPlanner(packing: true, sharing: true)
        for first in stride(from: 0, to: rows.count, by: scoredTogether) {
            let indices = Array(first..<min(first + scoredTogether, rows.count))
            var scores: [Int: RowScore] = [:]
            var next = first
            for stream in planner.streams([indices], of: rows) {
                let losses = stream.targets.isEmpty ? [] : noGradient { tokenLosses(stream) }.floats
                for row in stream.rows {
                    scores[row.index] = RowScore(
                        tokenCount: row.tokenCount, lossTokenCount: rows[row.index].lossTokenCount,
                        logProbability: 0 - stream.sum(losses, of: row))
                }
                while let score = scores.removeValue(forKey: next) {
                    guard score.logProbability.isFinite else {
                        throw InputError(
                            .data, at: "line \(rows[next].line)",
                            "expected a finite log-probability, found \(score.logProbability)")
                    }
                    try onScore(score)
                    next += 1
                }
            }
        }
    }
}

/// Rows among which common beginnings are looked for; scores wait until those before them are known.
private let scoredTogether = 64
