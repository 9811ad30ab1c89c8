import Diagnostics
import Layers
import Tensors

/// Continues many sequences of tokens at once.
///
/// Up to `slots` sequences advance together, one token each, which reads every weight once for all of them. A sequence that
/// ends makes room for the next waiting one at once (continuous batching; Yu et al., Orca, OSDI 2022). What is generated for
/// a request does not depend on the others, to the bit: rows that go through a product together keep their bits.
public struct BatchGenerator {
    private let model: LlamaModel
    private let stopTokens: Set<Int32>
    private let slots: Int

    /// - Parameters:
    ///   - stopTokens: tokens that end a text, such as the end of a turn.
    ///   - slots: the most sequences that advance together. Each takes room in the cache for the longest request.
    public init(model: LlamaModel, stopTokens: Set<Int32>, slots: Int = 16) {
        require(slots > 0, "BatchGenerator: \(slots) slots")
        self.model = model
        self.stopTokens = stopTokens
        self.slots = slots
    }

    /// Generates for every request until a stop token, which is not part of the result, or its maximum.
    ///
    /// - Parameter onToken: called with a request's index and every token as it comes; false ends that request.
    /// - Returns: the new tokens of every request, in order.
    /// - Throws: `InputError` with `.data` where the model gives NaN or infinity; what `onToken` throws.
    public func generate(
        _ requests: [GenerationRequest], onToken: (Int, Int32) throws -> Bool = { _, _ in true }
    ) throws -> [[Int32]] {
        require(requests.allSatisfy { !$0.prompt.isEmpty }, "BatchGenerator: a prompt has no tokens")
        var results = [[Int32]](repeating: [], count: requests.count)
        var waiting = requests.indices.filter { requests[$0].maximum > 0 }[...]
        let capacity = waiting.map { requests[$0].prompt.count + requests[$0].maximum - 1 }.max() ?? 0
        let cache = KeyValueCache(for: model, slots: min(slots, waiting.count), capacity: capacity)
        var active = [Int?](repeating: nil, count: min(slots, waiting.count))
        while true {
            var pieces: [Piece] = []
            for slot in active.indices {
                if let request = active[slot] {
                    pieces.append(Piece(slot: slot, request: request, tokens: results[request].suffix(1)))
                } else if let request = waiting.popFirst() {
                    active[slot] = request
                    pieces.append(Piece(slot: slot, request: request, tokens: requests[request].prompt[...]))
                }
            }
            if pieces.isEmpty { return results }
            for group in Piece.groups(pieces) {
                let logits = generating { nextLogits(group, cache) }
                for (row, piece) in group.enumerated() {
                    let step = results[piece.request].count
                    let request = requests[piece.request]
                    let token = try request.sampler.token(from: logits, row: row, step: step)
                    var goesOn = !stopTokens.contains(token)
                    if goesOn {
                        results[piece.request].append(token)
                        goesOn = try onToken(piece.request, token) && step + 1 < request.maximum
                    }
                    if !goesOn {
                        active[piece.slot] = nil
                        cache.clear(slot: piece.slot)
                    }
                }
            }
        }
    }

    /// The scores of the token behind each piece, float32 [pieces, vocabulary].
    private func nextLogits(_ pieces: [Piece], _ cache: KeyValueCache) -> Tensor {
        let plan = cache.extending(pieces.map { ($0.slot, $0.tokens.count) })
        let states = model.hiddenStates(
            tokens: pieces.flatMap(\.tokens), context: ForwardContext(plan: plan), cache: cache)
        let last = plan.segments.map { $0.queryStart + $0.queryCount - 1 }
        return headLogits(states.rows(at: last), weight: model.head)
    }
}

/// The next tokens of one sequence: its whole prompt, or the token generated last.
private struct Piece {
    /// The most tokens of prompts that go through the model together.
    static let mostTokens = 1024

    let slot: Int
    let request: Int
    let tokens: ArraySlice<Int32>

    /// Pieces that go through the model together. A piece of few rows is only put beside others while all are few, and a
    /// longer one beside longer ones: so each takes the kernels it would take alone.
    static func groups(_ pieces: [Piece]) -> [[Piece]] {
        let short = pieces.filter { $0.tokens.count <= fewRows }
        let long = pieces.filter { $0.tokens.count > fewRows }
        return groups(short, of: fewRows) + groups(long, of: mostTokens)
    }

    private static func groups(_ pieces: [Piece], of mostTokens: Int) -> [[Piece]] {
        var groups: [[Piece]] = []
        var count = 0
        for piece in pieces {
            count += piece.tokens.count
            if groups.isEmpty || count > mostTokens {
                groups.append([])
                count = piece.tokens.count
            }
            groups[groups.count - 1].append(piece)
        }
        return groups
    }
}
