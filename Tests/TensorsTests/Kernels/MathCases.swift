import CKernels
import Foundation

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// The two rows of an elementary function: into another array and in place.
private func unary(
    _ kernel: String, in range: ClosedRange<Float>, relative: Double, absolute: Double = 0,
    _ function: @escaping @Sendable (ck_kernels, Int64, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void,
    _ formula: @escaping @Sendable (Double) -> Double
) -> [KernelCase] {
    [
        KernelCase(kernel: kernel) { run in
            let x = run.floats(run.count, in: range)
            let out = run.result(run.count)
            function(run.kernels, Int64(run.count), x.pointer, out.pointer)
            run.expect(out, relative: relative, absolute: absolute) { formula(x[$0].value) }
        },
        KernelCase(kernel: kernel, variant: "in place") { run in
            let x = run.floats(run.count, in: range)
            let before = Array(x.elements)
            function(run.kernels, Int64(run.count), x.pointer, x.pointer)
            run.expect(x, relative: relative, absolute: absolute) { formula(before[$0].value) }
        },
    ]
}

/// Elementary functions; the bounds are those that families/math.inl states, in units of the last place.
let mathCases: [KernelCase] =
    unary("ck_exp_f32", in: -80...80, relative: 1.5 * epsilon) {
        $0.ck_exp_f32($1, $2, $3)
    } _: {
        exp($0)
    }
    + unary("ck_log_f32", in: 1e-3...50, relative: 2 * epsilon) {
        $0.ck_log_f32($1, $2, $3)
    } _: {
        log($0)
    }
    // e^x, one addition, one division
    + unary("ck_sigmoid_f32", in: -80...80, relative: 2.5 * epsilon) {
        $0.ck_sigmoid_f32($1, $2, $3)
    } _: {
        sigmoid($0)
    }
    + unary("ck_silu_f32", in: -80...80, relative: 3 * epsilon) {
        $0.ck_silu_f32($1, $2, $3)
    } _: {
        $0 * sigmoid($0)
    }
    + unary("ck_tanh_f32", in: -10...10, relative: 3 * epsilon) {
        $0.ck_tanh_f32($1, $2, $3)
    } _: {
        tanh($0)
    }
    // 1 + erf and 1 + tanh cancel on the negative side: what is left is absolute, in units of |x| <= 6.
    + unary("ck_gelu_f32", in: -6...6, relative: 3 * epsilon, absolute: 12 * epsilon) {
        $0.ck_gelu_f32($1, $2, $3)
    } _: {
        0.5 * $0 * erfc(-$0 / 2.0.squareRoot())
    }
    + unary("ck_gelu_tanh_f32", in: -6...6, relative: 4 * epsilon, absolute: 12 * epsilon) {
        $0.ck_gelu_tanh_f32($1, $2, $3)
    } _: {
        0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
    }
