import CKernels

/// eˣ / Σ eˣ along a dimension, computed in float32.
public func softmax(_ x: Tensor, along axis: Int = -1) -> Tensor {
    alongRows("softmax", x, axis) { rows in
        let value = rowSoftmax(rows).converted(to: x.dtype)
        return Tensor.recording("softmax", value, operands: [rows]) { gradient in
            // y · (g − Σ g·y)
            [value * (gradient - (gradient * value).sum(along: 1, keepingDimensions: true))]
        }
    }
}

/// x − ln Σ eˣ along a dimension, computed in float32.
public func logSoftmax(_ x: Tensor, along axis: Int = -1) -> Tensor {
    alongRows("logSoftmax", x, axis) { rows in
        // Small numbers are left of large ones before the logarithm is taken: it keeps its digits.
        let wide = rows.detached.converted(to: .float32)
        let shifted = wide - wide.max(along: 1, keepingDimensions: true)
        let value = (shifted - rowLogSumExp(shifted)).converted(to: x.dtype)
        return Tensor.recording("logSoftmax", value, operands: [rows]) { gradient in
            [gradient - exp(value) * gradient.sum(along: 1, keepingDimensions: true)]
        }
    }
}

/// ln Σ eˣ along a dimension, computed in float32; no exponential overflows.
public func logSumExp(_ x: Tensor, along axis: Int = -1, keepingDimensions: Bool = false) -> Tensor {
    let sums = alongRows("logSumExp", x, axis) { rows in
        let saved = rows.detached
        let value = rowLogSumExp(rows).converted(to: x.dtype)
        return Tensor.recording("logSumExp", value, operands: [rows]) { gradient in
            // Not e^(x − value), which loses the digits of large numbers.
            [gradient * rowSoftmax(saved).converted(to: gradient.dtype)]
        }
    }
    return keepingDimensions ? sums : sums.squeezed(at: axis)
}

/// `body` on the rows [rows, columns] that run along a dimension; what it gives, [rows, any], goes back to its place.
private func alongRows(_ name: String, _ x: Tensor, _ axis: Int, _ body: (Tensor) -> Tensor) -> Tensor {
    x.requireFloatingPoint(name)
    let place = x.resolvedAxis(name, axis)
    let turned = x.transposed(place, -1)
    guard x.shape[place] > 0 else { fatalError("\(name): dimension \(axis) of shape \(x.shape) is empty") }
    let result = body(turned.reshaped([-1, x.shape[place]]))
    return result.reshaped(turned.shape.dropLast() + [result.shape[1]]).transposed(place, -1)
}

/// Float32 [rows, 1].
private func rowLogSumExp(_ rows: Tensor) -> Tensor {
    let result = Tensor(uninitialized: [rows.shape[0], 1])
    forEachRows(rows) { kernels, first, count, columns, source in
        kernels.ck_log_sum_exp_f32(count, columns, source, result.float32 + first)
    }
    return result
}

/// Float32 [rows, columns].
private func rowSoftmax(_ rows: Tensor) -> Tensor {
    let result = Tensor(uninitialized: rows.shape)
    forEachRows(rows) { kernels, first, count, columns, source in
        kernels.ck_softmax_f32(count, columns, source, result.float32 + first * Int(columns))
    }
    return result
}

private func forEachRows(
    _ rows: Tensor, _ body: (ck_kernels, _ first: Int, _ count: Int64, _ columns: Int64, UnsafePointer<Float>) -> Void
) {
    let kernels = ck_active().pointee
    let columns = rows.shape[1]
    parallelRanges(rows.shape[0], grain: rowGrain(columns)) { range in
        rows.withFloats(range.lowerBound * columns, range.count * columns) {
            body(kernels, range.lowerBound, Int64(range.count), Int64(columns), $0)
        }
    }
}
