extension Tensor {
    /// The sum over `axes`, over all dimensions where nil; made in double precision and rounded once.
    public func sum(along axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        total("sum", axes, keepingDimensions) { _ in 1 }
    }

    /// The sum over one dimension.
    public func sum(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
        sum(along: [axis], keepingDimensions: keepingDimensions)
    }

    /// The mean over `axes`, over all dimensions where nil; made in double precision and rounded once.
    public func mean(along axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        total("mean", axes, keepingDimensions) { 1 / Double($0) }
    }

    /// The mean over one dimension.
    public func mean(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
        mean(along: [axis], keepingDimensions: keepingDimensions)
    }

    /// The largest element over `axes`, over all dimensions where nil; NaN where there is one. The gradient goes to the
    /// first of equal elements.
    public func max(along axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        best("max", axes, keepingDimensions) { $0 > $1 }
    }

    /// The largest element over one dimension.
    public func max(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
        max(along: [axis], keepingDimensions: keepingDimensions)
    }

    /// The smallest element over `axes`, over all dimensions where nil; NaN where there is one. The gradient goes to the
    /// first of equal elements.
    public func min(along axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        best("min", axes, keepingDimensions) { $0 < $1 }
    }

    /// The smallest element over one dimension.
    public func min(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
        min(along: [axis], keepingDimensions: keepingDimensions)
    }

    /// The index of the first largest element along a dimension, of all elements in order where nil; int32.
    public func argmax(along axis: Int? = nil, keepingDimensions: Bool = false) -> Tensor {
        let axes = reducedAxes("argmax", axis.map { [$0] })
        let rows = rowsOver(axes)
        return indicesOfBest("argmax", rows) { $0 > $1 }.reshaped(reducedShape(axes, keepingDimensions))
    }
}

extension Tensor {
    private func total(_ name: String, _ axes: [Int]?, _ keepingDimensions: Bool, factor: (Int) -> Double) -> Tensor {
        requireFloatingPoint(name)
        let axes = reducedAxes(name, axes)
        let original = shape
        let wide = reducedShape(axes, true)
        let factor = factor(axes.reduce(1) { $0 * shape[$1] })
        let value = summed(to: wide, times: factor).reshaped(reducedShape(axes, keepingDimensions))
        return Tensor.recording(name, value, operands: [self]) { gradient in
            [(gradient * Float(factor)).reshaped(wide).broadcast(to: original)]
        }
    }

    /// The element of each reduced row that `isBetter` than all before it.
    @inline(__always)
    private func best(
        _ name: String, _ axes: [Int]?, _ keepingDimensions: Bool, isBetter: (Float, Float) -> Bool
    ) -> Tensor {
        requireFloatingPoint(name)
        let axes = reducedAxes(name, axes)
        let rows = rowsOver(axes)
        let indices = indicesOfBest(name, rows, isBetter)
        let (count, columns) = (rows.shape[0], rows.shape[1])
        let value = takeAlong(rows, indices.reshaped([count, 1]), along: 1)
        let (original, order) = (shape, orderMovingLast(axes))
        return Tensor.recording(
            name, value.reshaped(reducedShape(axes, keepingDimensions)), operands: [self]
        ) { gradient in
            let spread = scatterAdd(
                Tensor.zeros([count, columns], dtype: gradient.dtype), indices.reshaped([count, 1]),
                gradient.reshaped([count, 1]), along: 1)
            var inverse = order
            for (i, axis) in order.enumerated() { inverse[axis] = i }
            return [spread.reshaped(order.map { original[$0] }).permuted(inverse)]
        }
    }

    /// Int32 [rows]; NaN is better than anything.
    @inline(__always)
    private func indicesOfBest(_ name: String, _ rows: Tensor, _ isBetter: (Float, Float) -> Bool) -> Tensor {
        requireFloatingPoint(name)
        let (count, columns) = (rows.shape[0], rows.shape[1])
        guard columns > 0 else { fatalError("\(name): no elements to choose from in shape \(shape)") }
        let indices = Tensor(uninitialized: [count], dtype: .int32)
        parallelRanges(count, grain: rowGrain(columns)) { range in
            for row in range {
                rows.withFloats(row * columns, columns) { values in
                    var index = 0
                    for i in 1..<columns where !values[index].isNaN {
                        if isBetter(values[i], values[index]) || values[i].isNaN { index = i }
                    }
                    indices.int32[row] = Int32(index)
                }
            }
        }
        return indices
    }

    private func reducedAxes(_ name: String, _ axes: [Int]?) -> [Int] {
        guard let axes else { return Array(0..<rank) }
        let resolved = axes.map { resolvedAxis(name, $0) }.sorted()
        guard Set(resolved).count == axes.count else { fatalError("\(name): axes \(axes) of shape \(shape) repeat") }
        return resolved
    }

    private func reducedShape(_ axes: [Int], _ keepingDimensions: Bool) -> [Int] {
        keepingDimensions
            ? shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
            : shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    }

    private func orderMovingLast(_ axes: [Int]) -> [Int] { shape.indices.filter { !axes.contains($0) } + axes }

    /// [elements of the result, elements reduced to each], outside the record.
    private func rowsOver(_ axes: [Int]) -> Tensor {
        let columns = axes.reduce(1) { $0 * shape[$1] }
        return detached.permuted(orderMovingLast(axes)).reshaped([columns == 0 ? 0 : count / columns, columns])
    }
}
