import Diagnostics
import ModelFiles
import Tensors

/// The rotated keys and the values of all tokens so far of several sequences, for every layer.
///
/// A slot holds one sequence; slots lie one behind the other in one matrix per layer.
public final class KeyValueCache {
    let layers: [LayerCache]
    /// Tokens held in every slot.
    public private(set) var counts: [Int]
    /// Tokens there is room for in a slot.
    public let capacity: Int

    /// - Parameters:
    ///   - slots: sequences that are held at once.
    ///   - capacity: the most tokens a sequence can have.
    public init(for model: LlamaModel, slots: Int = 1, capacity: Int) {
        let width = model.configuration.keyValueHeadCount * model.configuration.headDimension
        self.capacity = capacity
        counts = [Int](repeating: 0, count: slots)
        layers = model.layers.map { _ in LayerCache(rows: slots * capacity, width: width, dtype: model.computeType) }
    }

    /// Forgets the sequence of a slot.
    func clear(slot: Int) { counts[slot] = 0 }

    /// The plan for a stream of the next tokens of some slots, each once.
    func extending(_ pieces: [(slot: Int, count: Int)]) -> SegmentPlan {
        var queryStart = 0
        return SegmentPlan(
            pieces.map { slot, count in
                require(
                    counts[slot] + count <= capacity,
                    "KeyValueCache: \(counts[slot]) + \(count) tokens with room for \(capacity)")
                counts[slot] += count
                defer { queryStart += count }
                return .init(
                    queryStart: queryStart, queryCount: count, keyStart: slot * capacity, keyCount: counts[slot])
            })
    }
}

/// One layer's part of a cache.
final class LayerCache {
    private let keys: Tensor
    private let values: Tensor

    init(rows: Int, width: Int, dtype: DType) {
        keys = .zeros([rows, width], dtype: dtype)
        values = .zeros([rows, width], dtype: dtype)
    }

    /// Stores the keys and values of the plan's queries behind the earlier ones of their sequences.
    ///
    /// - Returns: all keys and all values, rows beyond the plan's keys being unused.
    func appending(keys newKeys: Tensor, values newValues: Tensor, plan: SegmentPlan) -> (Tensor, Tensor) {
        for segment in plan.segments {
            let first = segment.keyStart + segment.keyCount - segment.queryCount
            let rows = segment.queryStart..<segment.queryStart + segment.queryCount
            keys.overwriteRows(from: first, with: newKeys, rows: rows)
            values.overwriteRows(from: first, with: newValues, rows: rows)
        }
        return (keys, values)
    }
}
