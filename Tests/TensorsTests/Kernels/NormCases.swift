import CKernels
import Foundation

private let rows = 3

/// 1 / sqrt(mean(x^2) + 1e-5) of row `row` in double.
private func inverseRMS<Element: KernelElement>(_ x: GuardedBuffer<Element>, row: Int, columns: Int) -> Double {
    let squares = (0..<columns).reduce(0.0) { $0 + x[row * columns + $1].value * x[row * columns + $1].value }
    return 1 / (squares / Double(columns) + Double(Float(1e-5))).squareRoot()
}

/// (mean, 1 / sqrt(variance + 1e-2)) of row `row` in double.
private func moments(_ x: GuardedBuffer<Float>, row: Int, columns: Int) -> (Double, Double) {
    let values = (0..<columns).map { x[row * columns + $0].value }
    let mean = values.reduce(0, +) / Double(columns)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
    return (mean, 1 / (variance + Double(Float(1e-2))).squareRoot())
}

private func rmsNorm<X: KernelElement, Y: KernelElement & Numeric>(
    _ run: KernelRun, _ x: GuardedBuffer<X>, _ type: Y.Type, rounding: Double,
    _ kernel: (
        Int64, Int64, UnsafePointer<X>, UnsafePointer<Float>, Float, UnsafeMutablePointer<Y>,
        UnsafeMutablePointer<Float>
    ) -> Void
) {
    let n = run.count
    let weight = run.floats(n)
    let out = run.result(rows * n, type)
    let inverse = run.result(rows)
    kernel(Int64(rows), Int64(n), x.pointer, weight.pointer, 1e-5, out.pointer, inverse.pointer)
    let expected = (0..<rows).map { inverseRMS(x, row: $0, columns: n) }
    // A sum of n terms of one sign errs by at most n roundings, the root halves that.
    let bound = Double(n + 8) / 2 * epsilon
    run.expect(inverse, relative: bound) { expected[$0] }
    run.expect(out, relative: bound + rounding + 2 * epsilon) {
        weight[$0 % n].value * x[$0].value * expected[$0 / n]
    }
}

private func rmsNormBackward<G: KernelElement>(
    _ run: KernelRun, _ dy: GuardedBuffer<G>, accumulate: Bool,
    _ kernel: (
        Int64, Int64, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<G>,
        UnsafeMutablePointer<Float>, Bool, UnsafeMutablePointer<Float>?
    ) -> Void
) {
    let n = run.count
    let x = run.alternating(rows * n)
    let weight = run.floats(n)
    let dx = run.result(rows * n)
    let dweight = run.result(n)
    let inverse = (0..<rows).map { inverseRMS(x, row: $0, columns: n) }
    let saved = run.buffer(rows) { Float(inverse[$0]) }
    kernel(
        Int64(rows), Int64(n), x.pointer, weight.pointer, saved.pointer, dy.pointer, dx.pointer, accumulate,
        accumulate ? dweight.pointer : nil)
    func term(_ i: Int) -> Double { weight[i % n].value * dy[i].value * x[i].value * inverse[i / n] }
    let means = (0..<rows).map { row in (0..<n).reduce(0) { $0 + term(row * n + $1) } / Double(n) }
    // |x|, |weight| and |dy| are at most 1 and inverse at most 2, thus dx is at most 2 + 2^3.
    run.expect(dx, absolute: Double(n + 8) * 10 * epsilon) {
        let change =
            inverse[$0 / n] * (weight[$0 % n].value * dy[$0].value - x[$0].value * inverse[$0 / n] * means[$0 / n])
        return accumulate ? 1 + change : change
    }
    run.expect(dweight, absolute: 16 * epsilon) { column in
        accumulate
            ? (0..<rows).reduce(1) { $0 + dy[$1 * n + column].value * x[$1 * n + column].value * inverse[$1] } : 1
    }
}

/// Norms over three rows of `count` columns.
let normCases: [KernelCase] = [
    KernelCase(kernel: "ck_rms_norm_f32_f32") { run in
        rmsNorm(run, run.floats(rows * run.count), Float.self, rounding: epsilon, run.kernels.ck_rms_norm_f32_f32)
    },
    KernelCase(kernel: "ck_rms_norm_f32_bf16") { run in
        rmsNorm(
            run, run.floats(rows * run.count), UInt16.self, rounding: bfloat16Rounding,
            run.kernels.ck_rms_norm_f32_bf16)
    },
    KernelCase(kernel: "ck_rms_norm_bf16_bf16") { run in
        rmsNorm(
            run, run.bfloats(rows * run.count), UInt16.self, rounding: bfloat16Rounding,
            run.kernels.ck_rms_norm_bf16_bf16)
    },
    KernelCase(kernel: "ck_rms_norm_backward_f32_f32") { run in
        rmsNormBackward(
            run, run.floats(rows * run.count), accumulate: false, run.kernels.ck_rms_norm_backward_f32_f32)
    },
    KernelCase(kernel: "ck_rms_norm_backward_f32_f32", variant: "accumulating") { run in
        rmsNormBackward(
            run, run.floats(rows * run.count), accumulate: true, run.kernels.ck_rms_norm_backward_f32_f32)
    },
    KernelCase(kernel: "ck_rms_norm_backward_f32_bf16", variant: "accumulating") { run in
        rmsNormBackward(
            run, run.bfloats(rows * run.count), accumulate: true, run.kernels.ck_rms_norm_backward_f32_bf16)
    },
    KernelCase(kernel: "ck_layer_norm_f32") { run in
        let n = run.count
        let x = run.alternating(rows * n)
        let weight = run.floats(n)
        let bias = run.floats(n)
        let out = run.result(rows * n)
        let mean = run.result(rows)
        let inverse = run.result(rows)
        run.kernels.ck_layer_norm_f32(
            Int64(rows), Int64(n), x.pointer, weight.pointer, bias.pointer, 1e-2, out.pointer, mean.pointer,
            inverse.pointer)
        let expected = (0..<rows).map { moments(x, row: $0, columns: n) }
        // Alternating rows deviate by at least 1/3; a single column has inverse 10 and deviates by nothing.
        let bound = Double(n + 8) * 10 * epsilon
        run.expect(mean, absolute: bound) { expected[$0].0 }
        run.expect(inverse, absolute: bound) { expected[$0].1 }
        run.expect(out, absolute: bound) {
            weight[$0 % n].value * (x[$0].value - expected[$0 / n].0) * expected[$0 / n].1 + bias[$0 % n].value
        }
    },
    KernelCase(kernel: "ck_layer_norm_backward_f32") { run in
        let n = run.count
        let x = run.alternating(rows * n)
        let weight = run.floats(n)
        let dy = run.floats(rows * n)
        let dx = run.result(rows * n)
        let dweight = run.result(n)
        let dbias = run.result(n)
        let expected = (0..<rows).map { moments(x, row: $0, columns: n) }
        let mean = run.buffer(rows) { Float(expected[$0].0) }
        let inverse = run.buffer(rows) { Float(expected[$0].1) }
        run.kernels.ck_layer_norm_backward_f32(
            Int64(rows), Int64(n), x.pointer, weight.pointer, mean.pointer, inverse.pointer, dy.pointer, dx.pointer,
            true, dweight.pointer, dbias.pointer)
        func scaled(_ i: Int) -> Double { weight[i % n].value * dy[i].value }
        func normalized(_ i: Int) -> Double { (x[i].value - expected[i / n].0) * expected[i / n].1 }
        func rowMean(_ row: Int, _ term: (Int) -> Double) -> Double {
            (0..<n).reduce(0) { $0 + term(row * n + $1) } / Double(n)
        }
        let shifts = (0..<rows).map { rowMean($0, scaled) }
        let slopes = (0..<rows).map { rowMean($0) { scaled($0) * normalized($0) } }
        // With inverse at most 3 (10 for a single column) the three terms are at most 3 (1 + 1 + 3^2).
        run.expect(dx, absolute: Double(n + 8) * 33 * epsilon) {
            1 + expected[$0 / n].1 * (scaled($0) - shifts[$0 / n] - normalized($0) * slopes[$0 / n])
        }
        run.expect(dweight, absolute: 64 * epsilon) { column in
            (0..<rows).reduce(1) { $0 + dy[$1 * n + column].value * normalized($1 * n + column) }
        }
        run.expect(dbias, absolute: 8 * epsilon) { column in (0..<rows).reduce(1) { $0 + dy[$1 * n + column].value } }
    },
]
