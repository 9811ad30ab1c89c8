/// What picks elements along one dimension: a range, or an integer, which drops the dimension.
public protocol TensorIndex {
    /// The elements of a dimension of `size` that are picked; bounds may lie outside and are checked by the caller.
    func bounds(in size: Int) -> (range: (lower: Int, upper: Int), dropsDimension: Bool)
}

extension Int: TensorIndex {
    public func bounds(in size: Int) -> (range: (lower: Int, upper: Int), dropsDimension: Bool) {
        let place = self < 0 ? self + size : self
        return ((place, place + 1), true)
    }
}

extension Range<Int>: TensorIndex {
    public func bounds(in size: Int) -> (range: (lower: Int, upper: Int), dropsDimension: Bool) {
        ((lowerBound, upperBound), false)
    }
}

extension ClosedRange<Int>: TensorIndex {
    public func bounds(in size: Int) -> (range: (lower: Int, upper: Int), dropsDimension: Bool) {
        ((lowerBound, upperBound + 1), false)
    }
}

extension PartialRangeFrom<Int>: TensorIndex {
    public func bounds(in size: Int) -> (range: (lower: Int, upper: Int), dropsDimension: Bool) {
        ((lowerBound < 0 ? lowerBound + size : lowerBound, size), false)
    }
}

extension PartialRangeUpTo<Int>: TensorIndex {
    public func bounds(in size: Int) -> (range: (lower: Int, upper: Int), dropsDimension: Bool) {
        ((0, upperBound < 0 ? upperBound + size : upperBound), false)
    }
}

extension PartialRangeThrough<Int>: TensorIndex {
    public func bounds(in size: Int) -> (range: (lower: Int, upper: Int), dropsDimension: Bool) {
        ((0, (upperBound < 0 ? upperBound + size : upperBound) + 1), false)
    }
}

extension Tensor {
    /// Elements picked along the first dimensions, such as x[0..<2, 1..., −1].
    ///
    /// Dimensions without an index stay whole. Negative integers, and negative ends of one-sided ranges, count from the
    /// end. Memory is shared where the elements are neighbours.
    public subscript(_ indices: any TensorIndex...) -> Tensor {
        guard indices.count <= rank else { fatalError("subscript: \(indices.count) indices for shape \(shape)") }
        var (sizes, kept, starts) = (shape, shape, [Int](repeating: 0, count: rank))
        for (axis, index) in indices.enumerated() {
            let ((lower, upper), dropsDimension) = index.bounds(in: shape[axis])
            guard lower >= 0, lower <= upper, upper <= shape[axis] else {
                fatalError("subscript: \(lower)..<\(upper) of dimension \(axis) of shape \(shape)")
            }
            starts[axis] = lower
            sizes[axis] = upper - lower
            kept[axis] = dropsDimension ? -1 : upper - lower
        }
        return slice(starts: starts, sizes: sizes).reshaped(kept.filter { $0 >= 0 })
    }

    /// The block of `sizes` that begins at the indices `starts`.
    func slice(starts: [Int], sizes: [Int]) -> Tensor {
        if sizes == shape { return self }
        let (original, strides) = (shape, denseStrides(shape))
        let start = zip(starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
        // Neighbours in memory: whole dimensions behind the first one that has more than one index.
        let first = sizes.firstIndex { $0 != 1 } ?? rank
        let isRun = (first + 1..<Swift.max(first + 1, rank)).allSatisfy { sizes[$0] == original[$0] }
        let value =
            isRun
            ? Tensor(shape: sizes, dtype: dtype, storage: storage, offset: offset + start)
            : gathering(sizes, strides: strides, from: start)
        return Tensor.recording("subscript", value, operands: [self]) { gradient in
            let result = Tensor.zeros(original, dtype: gradient.dtype)
            result.scatter(gradient, strides: strides, from: start)
            return [result]
        }
    }
}
