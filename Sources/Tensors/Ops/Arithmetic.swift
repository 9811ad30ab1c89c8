import Foundation

// Elementwise arithmetic. Operands have one floating-point type and shapes that broadcast; float32 arithmetic, rounded
// once to the operands' type.

extension Tensor {
    /// a + b, with broadcasting.
    public static func + (a: Tensor, b: Tensor) -> Tensor {
        let (shapeOfA, shapeOfB) = (a.shape, b.shape)
        return recording("+", combined("+", a, b) { $0.set { $0 + $1 } }, operands: [a, b]) {
            [$0.summed(to: shapeOfA), $0.summed(to: shapeOfB)]
        }
    }

    /// a − b, with broadcasting.
    public static func - (a: Tensor, b: Tensor) -> Tensor {
        let (shapeOfA, shapeOfB) = (a.shape, b.shape)
        return recording("-", combined("-", a, b) { $0.set { $0 - $1 } }, operands: [a, b]) {
            [$0.summed(to: shapeOfA), (-$0).summed(to: shapeOfB)]
        }
    }

    /// a · b, element by element, with broadcasting.
    public static func * (a: Tensor, b: Tensor) -> Tensor {
        let (x, y) = (a.detached, b.detached)
        let (needsA, needsB) = (a.requiresGradient, b.requiresGradient)
        return recording("*", combined("*", x, y) { $0.set { $0 * $1 } }, operands: [a, b]) { gradient in
            [
                needsA ? (gradient * y).summed(to: x.shape) : nil,
                needsB ? (gradient * x).summed(to: y.shape) : nil,
            ]
        }
    }

    /// a / b, element by element, with broadcasting.
    public static func / (a: Tensor, b: Tensor) -> Tensor {
        let (x, y) = (a.detached, b.detached)
        let (needsA, needsB) = (a.requiresGradient, b.requiresGradient)
        return recording("/", combined("/", x, y) { $0.set { $0 / $1 } }, operands: [a, b]) { gradient in
            let slope = gradient / y
            return [
                needsA ? slope.summed(to: x.shape) : nil,
                needsB ? (-slope * (x / y)).summed(to: y.shape) : nil,
            ]
        }
    }

    /// −a.
    public static prefix func - (a: Tensor) -> Tensor {
        recording("-", mapped("-", a) { $0.set { -$0 } }, operands: [a]) { [-$0] }
    }

    /// a + b for every element.
    public static func + (a: Tensor, b: Float) -> Tensor {
        recording("+", mapped("+", a) { $0.set { $0 + b } }, operands: [a]) { [$0] }
    }

    /// a + b for every element.
    public static func + (a: Float, b: Tensor) -> Tensor { b + a }

    /// a − b for every element.
    public static func - (a: Tensor, b: Float) -> Tensor { a + -b }

    /// a − b for every element.
    public static func - (a: Float, b: Tensor) -> Tensor {
        recording("-", mapped("-", b) { $0.set { a - $0 } }, operands: [b]) { [-$0] }
    }

    /// a · b for every element.
    public static func * (a: Tensor, b: Float) -> Tensor {
        recording("*", mapped("*", a) { $0.set { $0 * b } }, operands: [a]) { [$0 * b] }
    }

    /// a · b for every element.
    public static func * (a: Float, b: Tensor) -> Tensor { b * a }

    /// a / b for every element.
    public static func / (a: Tensor, b: Float) -> Tensor {
        recording("/", mapped("/", a) { $0.set { $0 / b } }, operands: [a]) { [$0 / b] }
    }

    /// a / b for every element.
    public static func / (a: Float, b: Tensor) -> Tensor {
        let x = b.detached
        return recording("/", mapped("/", b) { $0.set { a / $0 } }, operands: [b]) { gradient in
            [combined("/", gradient, x) { $0.set { -$0 * a / ($1 * $1) } }]
        }
    }
}

/// The larger of two elements, with broadcasting; NaN where one is. Where they are equal, the gradient goes to `a`.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
    chosen("maximum", a, b) { $0.set { $0 >= $1 || $0.isNaN ? 1 : 0 } }
}

/// The smaller of two elements, with broadcasting; NaN where one is. Where they are equal, the gradient goes to `a`.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
    chosen("minimum", a, b) { $0.set { $0 <= $1 || $0.isNaN ? 1 : 0 } }
}

/// xᵖ for every element.
public func pow(_ x: Tensor, _ exponent: Float) -> Tensor {
    let saved = x.detached
    return Tensor.recording("pow", mapped("pow", x) { $0.set { pow($0, exponent) } }, operands: [x]) { gradient in
        [combined("pow", gradient, saved) { $0.set { $0 * exponent * pow($1, exponent - 1) } }]
    }
}

/// |x|; the gradient at 0 is 0.
public func abs(_ x: Tensor) -> Tensor {
    let saved = x.detached
    return Tensor.recording("abs", mapped("abs", x) { $0.set { $0.magnitude } }, operands: [x]) { gradient in
        [combined("abs", gradient, saved) { $0.set { $1 > 0 ? $0 : $1 < 0 ? -$0 : 0 } }]
    }
}

/// x, or the nearest end of `range` where it lies outside; there the gradient is 0.
public func clamp(_ x: Tensor, to range: ClosedRange<Float>) -> Tensor {
    let (saved, low, high) = (x.detached, range.lowerBound, range.upperBound)
    let value = mapped("clamp", x) { $0.set { $0 < low ? low : $0 > high ? high : $0 } }
    return Tensor.recording("clamp", value, operands: [x]) { gradient in
        [combined("clamp", gradient, saved) { $0.set { $1 < low || $1 > high ? 0 : $0 } }]
    }
}

/// `a` where `loop` sets 1, `b` where it sets 0.
private func chosen(_ name: String, _ a: Tensor, _ b: Tensor, _ loop: (PairRun) -> Void) -> Tensor {
    which(combined(name, a.detached, b.detached, loop) .!= 0, a, b)
}
