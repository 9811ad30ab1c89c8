// Comparisons element by element, with broadcasting, of two tensors of one floating-point type or of int32. They give
// uint8: 1 where true, 0 where false. No gradient flows through them.

extension Tensor {
    public static func .== (a: Tensor, b: Tensor) -> Tensor { compared(".==", a, b, { $0 == $1 }, { $0 == $1 }) }
    public static func .!= (a: Tensor, b: Tensor) -> Tensor { compared(".!=", a, b, { $0 != $1 }, { $0 != $1 }) }
    public static func .< (a: Tensor, b: Tensor) -> Tensor { compared(".<", a, b, { $0 < $1 }, { $0 < $1 }) }
    public static func .<= (a: Tensor, b: Tensor) -> Tensor { compared(".<=", a, b, { $0 <= $1 }, { $0 <= $1 }) }
    public static func .> (a: Tensor, b: Tensor) -> Tensor { compared(".>", a, b, { $0 > $1 }, { $0 > $1 }) }
    public static func .>= (a: Tensor, b: Tensor) -> Tensor { compared(".>=", a, b, { $0 >= $1 }, { $0 >= $1 }) }

    public static func .== (a: Tensor, b: Float) -> Tensor { a .== a.like(b) }
    public static func .!= (a: Tensor, b: Float) -> Tensor { a .!= a.like(b) }
    public static func .< (a: Tensor, b: Float) -> Tensor { a .< a.like(b) }
    public static func .<= (a: Tensor, b: Float) -> Tensor { a .<= a.like(b) }
    public static func .> (a: Tensor, b: Float) -> Tensor { a .> a.like(b) }
    public static func .>= (a: Tensor, b: Float) -> Tensor { a .>= a.like(b) }

    /// A scalar of this tensor's type.
    private func like(_ value: Float) -> Tensor { Tensor(value).converted(to: dtype) }
}

/// `a` where `condition` is not zero, `b` elsewhere, with broadcasting.
///
/// What PyTorch calls `where`, which is a word of the Swift language.
///
/// - Parameters:
///   - condition: uint8.
///   - a, b: one floating-point type.
public func which(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    guard condition.dtype == .uint8, a.dtype == b.dtype, a.dtype.isFloatingPoint else {
        fatalError(
            "which: condition \(condition.shape) \(condition.dtype), \(a.shape) \(a.dtype) and \(b.shape) \(b.dtype): "
                + "expected uint8 and one floating-point type")
    }
    let shape = broadcastShape("which", condition.shape, broadcastShape("which", a.shape, b.shape))
    let chosen = condition.detached
    let value = select(chosen, a.detached, b.detached, shape)
    let (shapeOfA, shapeOfB) = (a.shape, b.shape)
    return Tensor.recording("which", value, operands: [a, b]) { gradient in
        let zero = Tensor(0).converted(to: gradient.dtype)
        return [
            select(chosen, gradient, zero, shape).summed(to: shapeOfA),
            select(chosen, zero, gradient, shape).summed(to: shapeOfB),
        ]
    }
}

private func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor, _ shape: [Int]) -> Tensor {
    let result = Tensor(uninitialized: shape, dtype: a.dtype)
    let layout = StridedLayout(broadcasting: [condition.shape, a.shape, b.shape], to: shape)
    let step = layout.step
    func copy<Element: BitwiseCopyable>(as type: Element.Type) {
        parallelRanges(result.count, grain: elementGrain) { range in
            layout.forEachRun(in: range) { first, count, offsets in
                let c = condition.pointer(as: UInt8.self) + offsets[0]
                let (x, y) = (a.pointer(as: type) + offsets[1], b.pointer(as: type) + offsets[2])
                let z = result.pointer(as: type) + first
                for i in 0..<count { z[i] = c[i * step[0]] != 0 ? x[i * step[1]] : y[i * step[2]] }
            }
        }
    }
    if a.dtype == .float32 { copy(as: Float.self) } else { copy(as: UInt16.self) }
    return result
}

@inline(__always)
private func compared(
    _ name: String, _ a: Tensor, _ b: Tensor, _ floats: (Float, Float) -> Bool, _ integers: (Int32, Int32) -> Bool
) -> Tensor {
    guard a.dtype == b.dtype, a.dtype.isFloatingPoint || a.dtype == .int32 else {
        fatalError(
            "\(name): \(a.shape) \(a.dtype) and \(b.shape) \(b.dtype): expected one floating-point type or int32")
    }
    let shape = broadcastShape(name, a.shape, b.shape)
    let result = Tensor(uninitialized: shape, dtype: .uint8)
    let layout = StridedLayout(broadcasting: [a.shape, b.shape], to: shape)
    let (stepOfA, stepOfB) = (layout.step[0], layout.step[1])
    parallelRanges(result.count, grain: elementGrain) { range in
        layout.forEachRun(in: range) { first, count, offsets in
            let target = result.pointer(as: UInt8.self) + first
            if a.dtype == .int32 {
                let (x, y) = (a.int32 + offsets[0], b.int32 + offsets[1])
                for i in 0..<count { target[i] = integers(x[i * stepOfA], y[i * stepOfB]) ? 1 : 0 }
                return
            }
            a.withFloats(offsets[0], stepOfA == 0 ? 1 : count) { x in
                b.withFloats(offsets[1], stepOfB == 0 ? 1 : count) { y in
                    for i in 0..<count { target[i] = floats(x[i * stepOfA], y[i * stepOfB]) ? 1 : 0 }
                }
            }
        }
    }
    return result
}
