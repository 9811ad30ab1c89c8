import Diagnostics
import ModelFiles
import Tensors

/// The rotated keys and the values of all tokens of one sequence so far, for every layer.
public final class KeyValueCache {
    let layers: [LayerCache]
    /// Tokens held.
    public private(set) var count = 0
    /// Tokens there is room for.
    public let capacity: Int

    /// - Parameter capacity: the most tokens the sequence can have.
    public init(for model: LlamaModel, capacity: Int) {
        let width = model.configuration.keyValueHeadCount * model.configuration.headDimension
        self.capacity = capacity
        layers = model.layers.map { _ in LayerCache(capacity: capacity, width: width, dtype: model.computeType) }
    }

    /// The plan for the next tokens of the sequence, `more` in number.
    func extending(by more: Int) -> SegmentPlan {
        require(count + more <= capacity, "KeyValueCache: \(count) + \(more) tokens with room for \(capacity)")
        count += more
        return SegmentPlan([.init(queryStart: 0, queryCount: more, keyStart: 0, keyCount: count)])
    }
}

/// One layer's part of a cache.
final class LayerCache {
    private let keys: Tensor
    private let values: Tensor

    init(capacity: Int, width: Int, dtype: DType) {
        keys = .zeros([capacity, width], dtype: dtype)
        values = .zeros([capacity, width], dtype: dtype)
    }

    /// Stores the keys and values of the plan's queries behind the earlier ones.
    ///
    /// - Returns: all keys and all values, rows beyond the plan's keys being unused.
    func appending(keys newKeys: Tensor, values newValues: Tensor, plan: SegmentPlan) -> (Tensor, Tensor) {
        let segment = plan.segments[0]
        let first = segment.keyCount - segment.queryCount
        keys.overwriteRows(from: first, with: newKeys)
        values.overwriteRows(from: first, with: newValues)
        return (keys, values)
    }
}
