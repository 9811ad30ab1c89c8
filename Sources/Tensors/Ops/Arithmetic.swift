import Foundation

// Elementwise arithmetic. Operands have one floating-point type and shapes that broadcast; float32 arithmetic, rounded
// once to the operands' type.

extension Tensor {
    /// a + b, with broadcasting.
    public static func + (a: Tensor, b: Tensor) -> Tensor {
        let (shapeOfA, shapeOfB) = (a.shape, b.shape)
        return recording("+", combined("+", a, b) { $0 + $1 }, operands: [a, b]) {
            [$0.summed(to: shapeOfA), $0.summed(to: shapeOfB)]
        }
    }

    /// a − b, with broadcasting.
    public static func - (a: Tensor, b: Tensor) -> Tensor {
        let (shapeOfA, shapeOfB) = (a.shape, b.shape)
        return recording("-", combined("-", a, b) { $0 - $1 }, operands: [a, b]) {
            [$0.summed(to: shapeOfA), (-$0).summed(to: shapeOfB)]
        }
    }

    /// a · b, element by element, with broadcasting.
    public static func * (a: Tensor, b: Tensor) -> Tensor {
        binary("*", a, b) {
            $0 * $1
        } left: {
            $1
        } right: { x, _ in
            x
        }
    }

    /// a / b, element by element, with broadcasting.
    public static func / (a: Tensor, b: Tensor) -> Tensor {
        binary("/", a, b) {
            $0 / $1
        } left: {
            1 / $1
        } right: {
            -$0 / ($1 * $1)
        }
    }

    /// −a.
    public static prefix func - (a: Tensor) -> Tensor {
        recording("-", mapped("-", a) { -$0 }, operands: [a]) { [-$0] }
    }

    /// a + b for every element.
    public static func + (a: Tensor, b: Float) -> Tensor {
        recording("+", mapped("+", a) { $0 + b }, operands: [a]) { [$0] }
    }

    /// a + b for every element.
    public static func + (a: Float, b: Tensor) -> Tensor { b + a }

    /// a − b for every element.
    public static func - (a: Tensor, b: Float) -> Tensor { a + -b }

    /// a − b for every element.
    public static func - (a: Float, b: Tensor) -> Tensor {
        recording("-", mapped("-", b) { a - $0 }, operands: [b]) { [-$0] }
    }

    /// a · b for every element.
    public static func * (a: Tensor, b: Float) -> Tensor {
        recording("*", mapped("*", a) { $0 * b }, operands: [a]) { [$0 * b] }
    }

    /// a · b for every element.
    public static func * (a: Float, b: Tensor) -> Tensor { b * a }

    /// a / b for every element.
    public static func / (a: Tensor, b: Float) -> Tensor {
        recording("/", mapped("/", a) { $0 / b }, operands: [a]) { [$0 / b] }
    }

    /// a / b for every element.
    public static func / (a: Float, b: Tensor) -> Tensor {
        let x = b.detached
        return recording("/", mapped("/", b) { a / $0 }, operands: [b]) { gradient in
            [combined("/", gradient, x) { -$0 * a / ($1 * $1) }]
        }
    }
}

/// The larger of two elements, with broadcasting. Where they are equal, the gradient goes to `a`.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
    binary("maximum", a, b) {
        $0 >= $1 ? $0 : $1
    } left: {
        $0 >= $1 ? 1 : 0
    } right: {
        $0 >= $1 ? 0 : 1
    }
}

/// The smaller of two elements, with broadcasting. Where they are equal, the gradient goes to `a`.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
    binary("minimum", a, b) {
        $0 <= $1 ? $0 : $1
    } left: {
        $0 <= $1 ? 1 : 0
    } right: {
        $0 <= $1 ? 0 : 1
    }
}

/// xᵖ for every element.
public func pow(_ x: Tensor, _ exponent: Float) -> Tensor {
    let saved = x.detached
    return Tensor.recording("pow", mapped("pow", x) { pow($0, exponent) }, operands: [x]) { gradient in
        [combined("pow", gradient, saved) { $0 * exponent * pow($1, exponent - 1) }]
    }
}

/// |x|; the gradient at 0 is 0.
public func abs(_ x: Tensor) -> Tensor {
    let saved = x.detached
    return Tensor.recording("abs", mapped("abs", x) { $0.magnitude }, operands: [x]) { gradient in
        [combined("abs", gradient, saved) { $1 > 0 ? $0 : $1 < 0 ? -$0 : 0 }]
    }
}

/// x, or the nearest end of `range` where it lies outside; there the gradient is 0.
public func clamp(_ x: Tensor, to range: ClosedRange<Float>) -> Tensor {
    let (saved, low, high) = (x.detached, range.lowerBound, range.upperBound)
    let value = mapped("clamp", x) { $0 < low ? low : $0 > high ? high : $0 }
    return Tensor.recording("clamp", value, operands: [x]) { gradient in
        [combined("clamp", gradient, saved) { $1 < low || $1 > high ? 0 : $0 }]
    }
}

/// f(a, b) with its partial derivatives.
@inline(__always)
private func binary(
    _ name: String, _ a: Tensor, _ b: Tensor, _ f: (Float, Float) -> Float,
    left: @escaping (Float, Float) -> Float, right: @escaping (Float, Float) -> Float
) -> Tensor {
    let (x, y) = (a.detached, b.detached)
    let (needsA, needsB) = (a.requiresGradient, b.requiresGradient)
    return Tensor.recording(name, combined(name, x, y, f), operands: [a, b]) { gradient in
        [
            needsA ? weighted(name, gradient, x, y, left).summed(to: x.shape) : nil,
            needsB ? weighted(name, gradient, x, y, right).summed(to: y.shape) : nil,
        ]
    }
}

/// gradient · derivative(x, y), element by element of the gradient's shape.
@inline(__always)
private func weighted(
    _ name: String, _ gradient: Tensor, _ x: Tensor, _ y: Tensor, _ derivative: (Float, Float) -> Float
) -> Tensor {
    let result = Tensor(uninitialized: gradient.shape, dtype: gradient.dtype)
    let layout = StridedLayout(broadcasting: [x.shape, y.shape], to: gradient.shape)
    let (stepOfX, stepOfY) = (layout.step[0], layout.step[1])
    parallelRanges(result.count, grain: elementGrain) { range in
        layout.forEachRun(in: range) { first, count, offsets in
            x.withFloats(offsets[0], stepOfX == 0 ? 1 : count) { x in
                y.withFloats(offsets[1], stepOfY == 0 ? 1 : count) { y in
                    gradient.withFloats(first, count) { upstream in
                        result.settingFloats(first, count) { target in
                            for i in 0..<count { target[i] = upstream[i] * derivative(x[i * stepOfX], y[i * stepOfY]) }
                        }
                    }
                }
            }
        }
    }
    return result
}
