/// Tensors end to end along a dimension.
///
/// - Parameter tensors: one type, and one shape but for the size of that dimension.
public func concatenated(_ tensors: [Tensor], along axis: Int = 0) -> Tensor {
    guard let first = tensors.first else { fatalError("concatenated: no tensors") }
    let place = first.resolvedAxis("concatenated", axis)
    var shape = first.shape
    for tensor in tensors.dropFirst() {
        var expected = first.shape
        if tensor.rank == first.rank { expected[place] = tensor.shape[place] }
        guard tensor.shape == expected, tensor.dtype == first.dtype else {
            fatalError(
                "concatenated: \(first.shape) \(first.dtype) and \(tensor.shape) \(tensor.dtype) along dimension \(axis)"
            )
        }
        shape[place] += tensor.shape[place]
    }
    let value = Tensor(uninitialized: shape, dtype: first.dtype)
    let strides = denseStrides(shape)
    var start = 0
    for tensor in tensors {
        value.scatter(tensor.detached, strides: strides, from: start * strides[place])
        start += tensor.shape[place]
    }
    let sizes = tensors.map { $0.shape[place] }
    return Tensor.recording("concatenated", value, operands: tensors) { $0.split(sizes: sizes, along: place) }
}

/// Tensors of one shape and type side by side along a new dimension.
public func stacked(_ tensors: [Tensor], along axis: Int = 0) -> Tensor {
    for tensor in tensors where tensor.shape != tensors[0].shape {
        fatalError("stacked: \(tensors[0].shape) and \(tensor.shape)")
    }
    return concatenated(tensors.map { $0.expanded(at: axis) }, along: axis)
}

extension Tensor {
    /// Parts of the given sizes along a dimension, which they fill.
    public func split(sizes: [Int], along axis: Int = 0) -> [Tensor] {
        let place = resolvedAxis("split", axis)
        guard sizes.allSatisfy({ $0 >= 0 }), sizes.reduce(0, +) == shape[place] else {
            fatalError("split: sizes \(sizes) along dimension \(axis) of shape \(shape)")
        }
        var starts = [Int](repeating: 0, count: rank)
        return sizes.map { size in
            var part = shape
            part[place] = size
            defer { starts[place] += size }
            return slice(starts: starts, sizes: part)
        }
    }

    /// `count` parts of equal size along a dimension.
    public func split(into count: Int, along axis: Int = 0) -> [Tensor] {
        let place = resolvedAxis("split", axis)
        guard count > 0, shape[place] % count == 0 else {
            fatalError("split: \(count) equal parts along dimension \(axis) of shape \(shape)")
        }
        return split(sizes: Array(repeating: shape[place] / count, count: count), along: axis)
    }
}
