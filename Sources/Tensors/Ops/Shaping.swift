extension Tensor {
    /// The same elements in another shape; memory is shared.
    ///
    /// - Parameter wanted: the sizes of the new shape; one of them may be −1 and is then what the others leave.
    public func reshaped(_ wanted: [Int]) -> Tensor {
        var sizes = wanted
        let known = sizes.filter { $0 != -1 }.reduce(1, *)
        if let open = sizes.firstIndex(of: -1), known > 0 { sizes[open] = count / known }
        guard sizes.allSatisfy({ $0 >= 0 }), sizes.reduce(1, *) == count else {
            fatalError("reshaped: \(count) elements of \(shape) do not fill \(wanted)")
        }
        let original = shape
        let value = Tensor(shape: sizes, dtype: dtype, storage: storage, offset: offset)
        return Tensor.recording("reshaped", value, operands: [self]) { [$0.reshaped(original)] }
    }

    /// The same elements in another shape; memory is shared.
    public func reshaped(_ sizes: Int...) -> Tensor { reshaped(sizes) }

    /// Dimensions in another order: dimension i of the result is dimension `axes[i]` of this tensor.
    public func permuted(_ axes: [Int]) -> Tensor {
        let order = axes.map { resolvedAxis("permuted", $0) }
        guard order.sorted() == Array(0..<rank) else {
            fatalError("permuted: axes \(axes) of shape \(shape): expected each dimension once")
        }
        if order == Array(0..<rank) { return self }
        let strides = denseStrides(shape)
        let value = gathering(order.map { shape[$0] }, strides: order.map { strides[$0] })
        var inverse = order
        for (i, axis) in order.enumerated() { inverse[axis] = i }
        return Tensor.recording("permuted", value, operands: [self]) { [inverse] in [$0.permuted(inverse)] }
    }

    /// Two dimensions exchanged, the last two where none are named.
    public func transposed(_ a: Int = -2, _ b: Int = -1) -> Tensor {
        var order = Array(0..<rank)
        order.swapAt(resolvedAxis("transposed", a), resolvedAxis("transposed", b))
        return permuted(order)
    }

    /// Without the dimension `axis`, whose size is one; without any dimension of size one where nil.
    public func squeezed(at axis: Int? = nil) -> Tensor {
        guard let axis else { return reshaped(shape.filter { $0 != 1 }) }
        var sizes = shape
        let removed = sizes.remove(at: resolvedAxis("squeezed", axis))
        guard removed == 1 else { fatalError("squeezed: dimension \(axis) of shape \(shape) has size \(removed)") }
        return reshaped(sizes)
    }

    /// With a new dimension of size one that becomes dimension `axis` of the result.
    public func expanded(at axis: Int) -> Tensor {
        let place = axis < 0 ? axis + rank + 1 : axis
        guard (0...rank).contains(place) else { fatalError("expanded: dimension \(axis) for shape \(shape)") }
        var sizes = shape
        sizes.insert(1, at: place)
        return reshaped(sizes)
    }

    /// Repeated along dimensions of size one, and along new ones in front, to `target`.
    public func broadcast(to target: [Int]) -> Tensor {
        guard rank <= target.count, broadcastShape("broadcast(to:)", shape, target) == target else {
            fatalError("broadcast(to:): \(shape) does not broadcast to \(target)")
        }
        if shape == target { return self }
        let original = shape
        let value = gathering(target, StridedLayout(broadcasting: [shape], to: target))
        return Tensor.recording("broadcast(to:)", value, operands: [self]) { [$0.summed(to: original)] }
    }

    /// A dimension from the front; negative ones count from the end.
    func resolvedAxis(_ operation: String, _ axis: Int) -> Int {
        guard (-rank..<rank).contains(axis) else { fatalError("\(operation): dimension \(axis) of shape \(shape)") }
        return axis < 0 ? axis + rank : axis
    }
}
