import Diagnostics
import ModelFiles
import Tensors

/// The rotated keys and the values of all tokens so far of several sequences, for every layer.
///
/// Every sequence has rows of its own in one matrix per layer; before them it may have those of a prefix that several
/// sequences share.
public final class KeyValueCache {
    /// The place of one sequence in the cache.
    final class Sequence {
        /// The rows it can have.
        fileprivate let rows: Range<Int>
        /// Tokens held, without those of the prefix.
        fileprivate(set) var count = 0
        /// Whose tokens come before this one's; it must not grow any more.
        fileprivate let prefix: Sequence?

        fileprivate init(rows: Range<Int>, prefix: Sequence?) {
            self.rows = rows
            self.prefix = prefix
        }
    }

    let layers: [LayerCache]
    private var rows = RowAllocator()

    /// An empty cache; it grows with its sequences.
    public init(for model: LlamaModel) {
        let width = model.configuration.keyValueHeadCount * model.configuration.headDimension
        layers = model.layers.map { _ in LayerCache(width: width, dtype: model.computeType) }
    }

    /// Begins a sequence.
    ///
    /// - Parameters:
    ///   - capacity: the most tokens it can have, without those of the prefix.
    ///   - prefix: whose tokens come before.
    func begin(capacity: Int, continuing prefix: Sequence? = nil) -> Sequence {
        let sequence = Sequence(rows: rows.take(capacity), prefix: prefix)
        for layer in layers { layer.grow(to: rows.count) }
        return sequence
    }

    /// Forgets a sequence, which nothing may continue any more.
    func end(_ sequence: Sequence) { rows.release(sequence.rows) }

    /// The plan for a stream of the next tokens of some sequences, each once. Its segments with queries are in the order
    /// of the pieces.
    func extending(_ pieces: [(sequence: Sequence, count: Int)]) -> SegmentPlan {
        var segments: [SegmentPlan.Segment] = []
        var prefixes: [ObjectIdentifier: Int] = [:]
        for prefix in pieces.compactMap(\.sequence.prefix) where prefixes[ObjectIdentifier(prefix)] == nil {
            prefixes[ObjectIdentifier(prefix)] = segments.count
            segments.append(
                .init(queryStart: 0, queryCount: 0, keyStart: prefix.rows.lowerBound, keyCount: prefix.count))
        }
        var queryStart = 0
        for (sequence, count) in pieces {
            require(
                sequence.count + count <= sequence.rows.count,
                "KeyValueCache: \(sequence.count) + \(count) tokens with room for \(sequence.rows.count)")
            sequence.count += count
            segments.append(
                .init(
                    queryStart: queryStart, queryCount: count, keyStart: sequence.rows.lowerBound,
                    keyCount: sequence.count, parent: sequence.prefix.flatMap { prefixes[ObjectIdentifier($0)] }))
            queryStart += count
        }
        return SegmentPlan(segments)
    }
}

/// One layer's part of a cache.
final class LayerCache {
    private var keys: Tensor
    private var values: Tensor

    init(width: Int, dtype: DType) {
        keys = .zeros([0, width], dtype: dtype)
        values = .zeros([0, width], dtype: dtype)
    }

    /// Makes room for `rows` rows in all.
    func grow(to rows: Int) {
        if rows <= keys.shape[0] { return }
        // Somewhat more, so that many sequences that begin one after the other do not move everything each time.
        let rows = max(rows, keys.shape[0] * 5 / 4)
        func grown(_ old: Tensor) -> Tensor {
            let new = Tensor.zeros([rows, old.shape[1]], dtype: old.dtype)
            new.overwriteRows(from: 0, with: old, rows: 0..<old.shape[0])
            return new
        }
        keys = grown(keys)
        values = grown(values)
    }

    /// Stores the keys and values of the plan's queries behind the earlier ones of their sequences.
    ///
    /// - Returns: all keys and all values, rows beyond the plan's keys being unused.
    func appending(keys newKeys: Tensor, values newValues: Tensor, plan: SegmentPlan) -> (Tensor, Tensor) {
        for segment in plan.segments where segment.queryCount > 0 {
            let first = segment.keyStart + segment.keyCount - segment.queryCount
            let rows = segment.queryStart..<segment.queryStart + segment.queryCount
            keys.overwriteRows(from: first, with: newKeys, rows: rows)
            values.overwriteRows(from: first, with: newValues, rows: rows)
        }
        return (keys, values)
    }
}
