import Diagnostics
import Layers
import Tensors

/// Continues many sequences of tokens at once; more can join while others run.
///
/// Up to `slots` sequences advance together, one token each, which reads every weight once for all of them. A sequence that
/// ends makes room for the next waiting one at once (continuous batching; Yu et al., Orca, OSDI 2022). What is generated for
/// a request does not depend on the others, to the bit: rows that go through a product together keep their bits.
public final class GenerationSession {
    /// What has become of a request.
    public struct Result: Sendable, Equatable {
        /// What `submit` has called the request.
        public var id: Int
        /// The new tokens, without the stop token.
        public var tokens: [Int32]
        /// Whether a stop token has ended it, and not its maximum or its caller.
        public var isStopped: Bool
    }

    /// A request in a slot.
    private struct Running {
        let id: Int
        let request: GenerationRequest
        let sequence: KeyValueCache.Sequence
        let prefix: KeyValueCache.Sequence?
        var tokens: [Int32] = []

        /// The tokens that the model has not seen.
        var next: ArraySlice<Int32> { tokens.isEmpty ? request.prompt[request.sharedCount...] : tokens.suffix(1) }
    }

    private let model: LlamaModel
    private let stopTokens: Set<Int32>
    private let cache: KeyValueCache
    private let prefixes: SharedPrefixes
    private var slots: [Running?]
    private var waiting: [(id: Int, request: GenerationRequest)] = []
    private var submitted = 0

    /// - Parameters:
    ///   - stopTokens: tokens that end a text, such as the end of a turn.
    ///   - slots: the most sequences that advance together.
    public init(model: LlamaModel, stopTokens: Set<Int32>, slots: Int = 16) {
        require(slots > 0, "GenerationSession: \(slots) slots")
        self.model = model
        self.stopTokens = stopTokens
        self.slots = [Running?](repeating: nil, count: slots)
        cache = KeyValueCache(for: model)
        prefixes = SharedPrefixes(model: model, cache: cache)
    }

    /// Whether every request has its result.
    public var isIdle: Bool { waiting.isEmpty && slots.allSatisfy { $0 == nil } }

    /// Adds a request, which begins with the next step that has a slot for it.
    ///
    /// - Returns: its name in this session: 0, 1, 2 …
    public func submit(_ request: GenerationRequest) -> Int {
        require(
            0..<request.prompt.count ~= request.sharedCount,
            "GenerationSession: \(request.sharedCount) shared tokens of a prompt of \(request.prompt.count)")
        defer { submitted += 1 }
        waiting.append((submitted, request))
        return submitted
    }

    /// Forgets a request; it gets no result.
    public func cancel(_ id: Int) {
        waiting.removeAll { $0.id == id }
        if let slot = slots.firstIndex(where: { $0?.id == id }) { end(slot) }
    }

    /// Advances every sequence by a token.
    ///
    /// - Parameter onToken: called with a request's name and every token as it comes; false ends that request.
    /// - Returns: the results of the requests that have ended.
    /// - Throws: `InputError` with `.data` where the model gives NaN or infinity; what `onToken` throws. The session is of
    ///   no use afterwards.
    public func step(onToken: (Int, Int32) throws -> Bool = { _, _ in true }) throws -> [Result] {
        var results = admit()
        let running = slots.indices.filter { slots[$0] != nil }
        for group in GenerationPiece.groups(running.map { GenerationPiece(slot: $0, tokens: slots[$0]!.next) }) {
            let logits = generating { nextLogits(group) }
            for (row, slot) in group.map(\.slot).enumerated() {
                let (id, request, step) = (slots[slot]!.id, slots[slot]!.request, slots[slot]!.tokens.count)
                let token = try request.sampler.token(from: logits, row: row, step: step)
                let isStopped = stopTokens.contains(token)
                if !isStopped {
                    slots[slot]!.tokens.append(token)
                    if try onToken(id, token), step + 1 < request.maximum { continue }
                }
                results.append(Result(id: id, tokens: slots[slot]!.tokens, isStopped: isStopped))
                end(slot)
            }
        }
        return results
    }

    /// Gives free slots to waiting requests; those for no tokens have their result at once.
    private func admit() -> [Result] {
        var results: [Result] = []
        var rest = waiting[...]
        while let (id, request) = rest.first {
            if request.maximum <= 0 {
                results.append(Result(id: id, tokens: [], isStopped: false))
            } else if let slot = slots.firstIndex(where: { $0 == nil }) {
                let shared = request.prompt[..<request.sharedCount]
                let prefix = shared.isEmpty ? nil : prefixes.retain(shared)
                let sequence = cache.begin(
                    capacity: request.prompt.count - shared.count + request.maximum - 1, continuing: prefix)
                slots[slot] = Running(id: id, request: request, sequence: sequence, prefix: prefix)
            } else {
                break
            }
            rest.removeFirst()
        }
        waiting = Array(rest)
        return results
    }

    private func end(_ slot: Int) {
        guard let running = slots[slot] else { return }
        cache.end(running.sequence)
        if let prefix = running.prefix { prefixes.release(prefix) }
        slots[slot] = nil
    }

    /// The scores of the token behind each piece, float32 [pieces, vocabulary].
    private func nextLogits(_ pieces: [GenerationPiece]) -> Tensor {
        let plan = cache.extending(pieces.map { (slots[$0.slot]!.sequence, $0.tokens.count) })
        let states = model.hiddenStates(
            tokens: pieces.flatMap(\.tokens), context: ForwardContext(plan: plan), cache: cache)
        let last = plan.segments.filter { $0.queryCount > 0 }.map { $0.queryStart + $0.queryCount - 1 }
        return headLogits(states.rows(at: last), weight: model.head)
    }
}
