import CKernels

/// Slices of `x` along a dimension, in the order of `indices`: the dimension is replaced by the indices' own.
///
/// - Parameter indices: int32, any shape, values in 0 ..< size of the dimension; they may repeat.
public func take(_ x: Tensor, _ indices: Tensor, along axis: Int = 0) -> Tensor {
    let place = x.resolvedAxis("take", axis)
    let size = x.shape[place]
    checkIndices("take", indices, below: size, of: x)
    let (outer, inner) = (x.shape[..<place].reduce(1, *), x.shape[(place + 1)...].reduce(1, *))
    let picked = indices.detached
    let value = Tensor(
        uninitialized: Array(x.shape[..<place]) + indices.shape + x.shape[(place + 1)...], dtype: x.dtype)
    let bytes = inner * x.dtype.byteCount
    let source = x.detached
    parallelRanges(outer * picked.count, grain: rowGrain(max(1, inner))) { range in
        for row in range {
            let from = row / picked.count * size + Int(picked.int32[row % picked.count])
            (value.pointer + row * bytes).copyMemory(from: source.pointer + from * bytes, byteCount: bytes)
        }
    }
    let original = x.shape
    return Tensor.recording("take", value, operands: [x]) { gradient in
        let wide = gradient.converted(to: .float32)
        let result = Tensor.zeros(original)
        let kernels = ck_active().pointee
        // One thread adds all the rows of an outer index: their order must not depend on how many threads there are.
        parallelRanges(outer, grain: 1) { range in
            for i in range {
                kernels.ck_scatter_add_rows_f32(
                    Int64(picked.count), Int64(inner), wide.float32 + i * picked.count * inner, picked.int32,
                    result.float32 + i * size * inner)
            }
        }
        return [result.converted(to: gradient.dtype)]
    }
}

/// One element along a dimension for each index: result[…, j, …] = x[…, indices[…, j, …], …].
///
/// - Parameter indices: int32, the shape of `x` but for the size of that dimension.
public func takeAlong(_ x: Tensor, _ indices: Tensor, along axis: Int) -> Tensor {
    let place = checkAlong("takeAlong", x, indices, axis)
    let picked = indices.detached
    let value = Tensor(uninitialized: picked.shape, dtype: x.dtype)
    let (size, inner) = (x.shape[place], x.shape[(place + 1)...].reduce(1, *))
    let perOuter = picked.shape[place] * inner
    func copy<Element: BitwiseCopyable>(as type: Element.Type) {
        parallelRanges(value.count, grain: elementGrain) { range in
            let (source, target) = (x.pointer(as: type), value.pointer(as: type))
            for i in range { target[i] = source[(i / perOuter * size + Int(picked.int32[i])) * inner + i % inner] }
        }
    }
    switch x.dtype.byteCount {
    case 1: copy(as: UInt8.self)
    case 2: copy(as: UInt16.self)
    case 4: copy(as: UInt32.self)
    default: copy(as: UInt64.self)
    }
    let original = x.shape
    return Tensor.recording("takeAlong", value, operands: [x]) { gradient in
        [scatterAdd(Tensor.zeros(original, dtype: gradient.dtype), picked, gradient, along: place)]
    }
}

/// `x` with updates[…, j, …] added to its element […, indices[…, j, …], …]; where indices repeat, in order.
///
/// - Parameters:
///   - indices: int32, the shape of `x` but for the size of that dimension.
///   - updates: the shape of `indices` and the type of `x`.
public func scatterAdd(_ x: Tensor, _ indices: Tensor, _ updates: Tensor, along axis: Int) -> Tensor {
    x.requireFloatingPoint("scatterAdd")
    let place = checkAlong("scatterAdd", x, indices, axis)
    guard updates.shape == indices.shape, updates.dtype == x.dtype else {
        fatalError(
            "scatterAdd: updates \(updates.shape) \(updates.dtype) for indices \(indices.shape) and \(x.shape) \(x.dtype)"
        )
    }
    let picked = indices.detached
    let wide = updates.detached.converted(to: .float32)
    let sums = x.dtype == .float32 ? x.detached.copied() : x.detached.converted(to: .float32)
    let (size, inner) = (x.shape[place], x.shape[(place + 1)...].reduce(1, *))
    let perOuter = picked.shape[place] * inner
    parallelRanges(x.shape[..<place].reduce(1, *), grain: max(1, elementGrain / max(1, perOuter))) { range in
        for i in range.lowerBound * perOuter..<range.upperBound * perOuter {
            sums.float32[(i / perOuter * size + Int(picked.int32[i])) * inner + i % inner] += wide.float32[i]
        }
    }
    return Tensor.recording("scatterAdd", sums.converted(to: x.dtype), operands: [x, updates]) {
        [$0, takeAlong($0, picked, along: place)]
    }
}

/// Rows of a table, one for each token.
///
/// - Parameters:
///   - tokens: int32, any shape.
///   - weight: [vocabulary, features]; its gradient is the sum of its rows' gradients.
///   - output: the type of the result, float32 or the table's; the table's where nil.
/// - Returns: the shape of `tokens` with the features behind it.
public func embedding(_ tokens: Tensor, weight: Tensor, output: DType? = nil) -> Tensor {
    let target = output ?? weight.dtype
    guard weight.rank == 2, weight.dtype.isFloatingPoint, target == weight.dtype || target == .float32 else {
        fatalError("embedding: weight \(weight.shape) \(weight.dtype) for tokens \(tokens.shape) and \(target) rows")
    }
    checkIndices("embedding", tokens, below: weight.shape[0], of: weight)
    return take(weight, tokens).converted(to: target)
}

private func checkAlong(_ name: String, _ x: Tensor, _ indices: Tensor, _ axis: Int) -> Int {
    let place = x.resolvedAxis(name, axis)
    var expected = x.shape
    if indices.rank == x.rank { expected[place] = indices.shape[place] }
    guard indices.shape == expected else {
        fatalError("\(name): indices \(indices.shape) along dimension \(axis) of \(x.shape)")
    }
    checkIndices(name, indices, below: x.shape[place], of: x)
    return place
}

private func checkIndices(_ name: String, _ indices: Tensor, below bound: Int, of x: Tensor) {
    guard indices.dtype == .int32 else {
        fatalError("\(name): indices \(indices.shape) \(indices.dtype) for \(x.shape): expected int32")
    }
    for i in 0..<indices.count where indices.int32[i] < 0 || Int(indices.int32[i]) >= bound {
        fatalError("\(name): index \(indices.int32[i]) outside 0..<\(bound), indices \(indices.shape) for \(x.shape)")
    }
}
