import CKernels

extension Tensor {
    /// Calls `body` with `count` elements from `first` on as float32, widened where they are narrower.
    @inline(__always)
    func withFloats(_ first: Int, _ count: Int, _ body: (UnsafePointer<Float>) -> Void) {
        let isWide = dtype == .float32
        withUnsafeTemporaryAllocation(of: Float.self, capacity: isWide ? 0 : count) { buffer in
            if !isWide { widen(first, count, into: buffer.baseAddress!) }
            body(isWide ? pointer(as: Float.self) + first : buffer.baseAddress!)
        }
    }

    /// Calls `body` with memory for `count` float32 that become the elements from `first` on, rounded once.
    @inline(__always)
    func settingFloats(_ first: Int, _ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
        let isWide = dtype == .float32
        withUnsafeTemporaryAllocation(of: Float.self, capacity: isWide ? 0 : count) { buffer in
            body(isWide ? pointer(as: Float.self) + first : buffer.baseAddress!)
            if !isWide { narrow(first, count, from: buffer.baseAddress!) }
        }
    }

    private func widen(_ first: Int, _ count: Int, into floats: UnsafeMutablePointer<Float>) {
        let kernels = ck_active().pointee
        if dtype == .bfloat16 {
            kernels.ck_convert_bf16_f32(Int64(count), half + first, floats)
        } else {
            kernels.ck_convert_f16_f32(Int64(count), half + first, floats)
        }
    }

    private func narrow(_ first: Int, _ count: Int, from floats: UnsafePointer<Float>) {
        let kernels = ck_active().pointee
        if dtype == .bfloat16 {
            kernels.ck_convert_f32_bf16(Int64(count), floats, half + first)
        } else {
            kernels.ck_convert_f32_f16(Int64(count), floats, half + first)
        }
    }

    /// Stops with the operation's name where the elements are integers.
    func requireFloatingPoint(_ operation: String) {
        guard dtype.isFloatingPoint else {
            fatalError("\(operation): \(shape) \(dtype): expected a floating-point type")
        }
    }
}

/// A run of elements and of their results, in float32.
///
/// Operations hand a loop over a run to the functions below, not a function of one element: only so the compiler sees the
/// loop and the arithmetic together and makes vector code of them.
struct ElementRun {
    let x: UnsafePointer<Float>
    let result: UnsafeMutablePointer<Float>
    let count: Int

    @inline(__always)
    func set(_ f: (Float) -> Float) {
        for i in 0..<count { result[i] = f(x[i]) }
    }
}

/// A run of pairs of elements and of their results, in float32; an operand whose step is 0 is one element for all.
struct PairRun {
    let x: UnsafePointer<Float>
    let y: UnsafePointer<Float>
    let stepOfX: Int
    let stepOfY: Int
    let result: UnsafeMutablePointer<Float>
    let count: Int

    @inline(__always)
    func set(_ f: (Float, Float) -> Float) {
        if stepOfX == 1, stepOfY == 1 {
            for i in 0..<count { result[i] = f(x[i], y[i]) }
        } else if stepOfX == 1 {
            let right = y[0]
            for i in 0..<count { result[i] = f(x[i], right) }
        } else {
            let left = x[0]
            for i in 0..<count { result[i] = f(left, y[i * stepOfY]) }
        }
    }
}

/// A function of every element, computed in float32 and rounded once.
func mapped(_ operation: String, _ x: Tensor, _ loop: (ElementRun) -> Void) -> Tensor {
    x.requireFloatingPoint(operation)
    let result = Tensor(uninitialized: x.shape, dtype: x.dtype)
    parallelRanges(x.count, grain: elementGrain) { range in
        x.withFloats(range.lowerBound, range.count) { source in
            result.settingFloats(range.lowerBound, range.count) {
                loop(ElementRun(x: source, result: $0, count: range.count))
            }
        }
    }
    return result
}

/// A kernel's function of every element, computed in float32 and rounded once.
func mapped(
    _ operation: String, _ x: Tensor,
    by kernel: @convention(c) (Int64, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Void
) -> Tensor {
    mapped(operation, x) { kernel(Int64($0.count), $0.x, $0.result) }
}

/// A function of every pair of elements of two tensors of one floating-point type that broadcast, computed in float32 and
/// rounded once.
func combined(_ operation: String, _ a: Tensor, _ b: Tensor, _ loop: (PairRun) -> Void) -> Tensor {
    guard a.dtype == b.dtype, a.dtype.isFloatingPoint else {
        fatalError(
            "\(operation): \(a.shape) \(a.dtype) and \(b.shape) \(b.dtype): expected one floating-point type; "
                + "converted(to:) gives it")
    }
    let shape = broadcastShape(operation, a.shape, b.shape)
    let result = Tensor(uninitialized: shape, dtype: a.dtype)
    let layout = StridedLayout(broadcasting: [a.shape, b.shape], to: shape)
    let (stepOfA, stepOfB) = (layout.step[0], layout.step[1])
    parallelRanges(result.count, grain: elementGrain) { range in
        layout.forEachRun(in: range) { first, count, offsets in
            a.withFloats(offsets[0], stepOfA == 0 ? 1 : count) { x in
                b.withFloats(offsets[1], stepOfB == 0 ? 1 : count) { y in
                    result.settingFloats(first, count) {
                        loop(PairRun(x: x, y: y, stepOfX: stepOfA, stepOfY: stepOfB, result: $0, count: count))
                    }
                }
            }
        }
    }
    return result
}
