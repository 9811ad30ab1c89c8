import CKernels
import Foundation

// Functions of every element of a floating-point tensor, computed in float32 and rounded once.

/// eˣ.
public func exp(_ x: Tensor) -> Tensor {
    byValue("exp", x, mapped("exp", x, by: ck_active().pointee.ck_exp_f32)) { $0 }
}

/// The natural logarithm.
public func log(_ x: Tensor) -> Tensor {
    byInput("log", x, mapped("log", x, by: ck_active().pointee.ck_log_f32)) { 1 / $0 }
}

/// √x.
public func sqrt(_ x: Tensor) -> Tensor {
    byValue("sqrt", x, mapped("sqrt", x) { $0.set { $0.squareRoot() } }) { 0.5 / $0 }
}

/// The hyperbolic tangent.
public func tanh(_ x: Tensor) -> Tensor {
    byValue("tanh", x, mapped("tanh", x, by: ck_active().pointee.ck_tanh_f32)) { 1 - $0 * $0 }
}

/// 1 / (1 + e⁻ˣ).
public func sigmoid(_ x: Tensor) -> Tensor {
    byValue("sigmoid", x, mapped("sigmoid", x, by: ck_active().pointee.ck_sigmoid_f32)) { $0 * (1 - $0) }
}

/// log(1 / (1 + e⁻ˣ)), finite wherever x is.
public func logSigmoid(_ x: Tensor) -> Tensor {
    // min(x, 0) − log(1 + e^−|x|): neither overflows nor cancels.
    byInput("logSigmoid", x, mapped("logSigmoid", x) { $0.set { min($0, 0) - log1p(exp(-abs($0))) } }) {
        1 / (1 + exp($0))
    }
}

/// max(x, 0); the gradient at 0 is 0.
public func relu(_ x: Tensor) -> Tensor {
    byValue("relu", x, mapped("relu", x) { $0.set { $0 < 0 ? 0 : $0 } }) { $0 > 0 ? 1 : 0 }
}

/// x · sigmoid(x) (Elfwing et al., arXiv 1702.03118).
public func silu(_ x: Tensor) -> Tensor {
    byInput("silu", x, mapped("silu", x, by: ck_active().pointee.ck_silu_f32)) { x in
        let s = 1 / (1 + exp(-x))
        return s * (1 + x * (1 - s))
    }
}

/// How `gelu` computes the normal distribution function.
public enum GELUForm: Sendable {
    /// Through the error function.
    case erf
    /// (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2.
    case tanh
}

/// x · Φ(x), Φ being the normal distribution function (Hendrycks and Gimpel, arXiv 1606.08415).
public func gelu(_ x: Tensor, form: GELUForm = .erf) -> Tensor {
    let kernels = ck_active().pointee
    switch form {
    case .erf:
        return byInput("gelu", x, mapped("gelu", x, by: kernels.ck_gelu_f32)) { x in
            0.5 * erfc(-x * Float(0.5).squareRoot()) + x * exp(-0.5 * x * x) / (2 * Float.pi).squareRoot()
        }
    case .tanh:
        return byInput("gelu", x, mapped("gelu", x, by: kernels.ck_gelu_tanh_f32)) { x in
            let root = (2 / Float.pi).squareRoot()
            let t = tanh(root * (x + 0.044715 * x * x * x))
            return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 3 * 0.044715 * x * x)
        }
    }
}

/// Records a value whose derivative is computed from the input.
@inline(__always)
private func byInput(_ name: String, _ x: Tensor, _ value: Tensor, slope: @escaping (Float) -> Float) -> Tensor {
    let saved = x.detached
    return Tensor.recording(name, value, operands: [x]) { gradient in
        [combined(name, gradient, saved) { $0.set { $0 * slope($1) } }]
    }
}

/// Records a value whose derivative is computed from the value: the input need not be kept.
@inline(__always)
private func byValue(_ name: String, _ x: Tensor, _ value: Tensor, slope: @escaping (Float) -> Float) -> Tensor {
    Tensor.recording(name, value, operands: [x]) { gradient in
        [combined(name, gradient, value) { $0.set { $0 * slope($1) } }]
    }
}
