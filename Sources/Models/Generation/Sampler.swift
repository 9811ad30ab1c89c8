import Diagnostics
import Foundation
import Tensors

/// How the next token is chosen from the logits.
public struct Sampler: Sendable {
    /// Divides the logits; 0 takes the most probable token.
    public var temperature: Float
    /// Only the fewest most probable tokens that together reach this probability can be drawn; 1 for all.
    public var topP: Float
    /// Draws depend on this key and the token's place alone.
    public var key: RandomKey

    public init(temperature: Float = 0, topP: Float = 1, seed: UInt64 = 0) {
        self.temperature = temperature
        self.topP = topP
        key = RandomKey(seed: seed)
    }

    /// - Parameters:
    ///   - logits: float32 [rows, vocabulary].
    ///   - row: the row of scores to choose from.
    ///   - step: the place of the token to be chosen.
    /// - Throws: `InputError` with `.data` where a score is NaN or infinite.
    func token(from logits: Tensor, row: Int, step: Int) throws -> Int32 {
        guard let best = mostProbableToken(logits, row: row) else {
            throw InputError(.data, at: "logits", "expected finite scores of token \(step + 1), found others")
        }
        return temperature > 0 ? drawn(from: logits.rows(at: [row]).floats, best: best, step: step) : Int32(best)
    }

    private func drawn(from logits: [Float], best: Int, step: Int) -> Int32 {
        let weights = logits.map { Double(exp(($0 - logits[best]) / temperature)) }
        let total = weights.reduce(0, +)
        var candidates = Array(weights.indices)
        if topP < 1 {
            // All tokens below this weight together lie beyond what is needed, so they need no sorting.
            let least = (1 - Double(topP)) * total / Double(weights.count)
            candidates.removeAll { weights[$0] < least }
            candidates.sort { (weights[$1], $0) < (weights[$0], $1) }
            var reached = 0.0
            let needed = Double(topP) * total
            candidates = Array(
                candidates.prefix { candidate in
                    defer { reached += weights[candidate] }
                    return reached < needed
                })
        }
        let mass = candidates.reduce(0) { $0 + weights[$1] }
        var left = Double(Tensor.uniform([1], key: key.folding(step)).floats[0]) * mass
        for candidate in candidates {
            left -= weights[candidate]
            if left < 0 { return Int32(candidate) }
        }
        return Int32(candidates.last!)
    }
}
