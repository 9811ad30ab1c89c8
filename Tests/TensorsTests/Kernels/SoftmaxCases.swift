import CKernels
import Foundation

private let rows = 2

private func logSumExp(_ x: GuardedBuffer<Float>, row: Int, columns: Int) -> Double {
    log((0..<columns).reduce(0.0) { $0 + exp(x[row * columns + $1].value) })
}

/// f32 rounds a logarithm near ln n + 8 and a difference to a logit, at most 30 in all, and the sum under the
/// logarithm errs by n roundings.
private func bound(_ columns: Int) -> Double { Double(columns + 64) * epsilon }

private func crossEntropyGradient<Element: KernelElement & Numeric>(
    _ run: KernelRun, _ out: GuardedBuffer<Element>, logits: GuardedBuffer<Float>, rounding: Double,
    _ kernel: (
        Int64, Int64, UnsafePointer<Float>, UnsafePointer<Int32>, UnsafePointer<Float>, UnsafePointer<Float>,
        UnsafeMutablePointer<Element>
    ) -> Void
) {
    let n = run.count
    let targets = run.integers(rows, in: 0...Int32(n - 1))
    let scale = run.floats(rows)
    let expected = (0..<rows).map { logSumExp(logits, row: $0, columns: n) }
    let before = logits.elements.map(\.value)
    let saved = run.buffer(rows) { Float(expected[$0]) }
    kernel(Int64(rows), Int64(n), logits.pointer, targets.pointer, saved.pointer, scale.pointer, out.pointer)
    run.expect(out, relative: rounding + bound(n), absolute: bound(n)) {
        let probability = exp(before[$0] - expected[$0 / n])
        return scale[$0 / n].value * (probability - ($0 % n == Int(targets[$0 / n]) ? 1 : 0))
    }
}

/// Softmax and cross-entropy over two rows of `count` logits.
let softmaxCases: [KernelCase] = [
    KernelCase(kernel: "ck_softmax_f32") { run in
        let n = run.count
        let x = run.floats(rows * n, in: -8...8)
        let out = run.result(rows * n)
        run.kernels.ck_softmax_f32(Int64(rows), Int64(n), x.pointer, out.pointer)
        let expected = (0..<rows).map { logSumExp(x, row: $0, columns: n) }
        // x - max is rounded at a size of up to 16, which e^x turns into a relative error.
        run.expect(out, relative: Double(n + 24) * epsilon) { exp(x[$0].value - expected[$0 / n]) }
    },
    KernelCase(kernel: "ck_softmax_f32", variant: "in place") { run in
        let n = run.count
        let x = run.floats(rows * n, in: -8...8)
        let before = x.elements.map(\.value)
        let expected = (0..<rows).map { logSumExp(x, row: $0, columns: n) }
        run.kernels.ck_softmax_f32(Int64(rows), Int64(n), x.pointer, x.pointer)
        run.expect(x, relative: Double(n + 24) * epsilon) { exp(before[$0] - expected[$0 / n]) }
    },
    KernelCase(kernel: "ck_log_sum_exp_f32") { run in
        let n = run.count
        let x = run.floats(rows * n, in: -8...8)
        let out = run.result(rows)
        run.kernels.ck_log_sum_exp_f32(Int64(rows), Int64(n), x.pointer, out.pointer)
        run.expect(out, absolute: bound(n)) { logSumExp(x, row: $0, columns: n) }
    },
    KernelCase(kernel: "ck_cross_entropy_f32") { run in
        let n = run.count
        let x = run.floats(rows * n, in: -8...8)
        let targets = run.integers(rows, in: 0...Int32(n - 1))
        let losses = run.result(rows)
        let saved = run.result(rows)
        run.kernels.ck_cross_entropy_f32(
            Int64(rows), Int64(n), x.pointer, targets.pointer, losses.pointer, saved.pointer)
        run.expect(saved, absolute: bound(n)) { logSumExp(x, row: $0, columns: n) }
        run.expect(losses, absolute: bound(n)) {
            logSumExp(x, row: $0, columns: n) - x[$0 * n + Int(targets[$0])].value
        }
    },
    KernelCase(kernel: "ck_cross_entropy_gradient_f32") { run in
        let n = run.count
        let logits = run.floats(rows * n, in: -8...8)
        let out = run.result(rows * n)
        crossEntropyGradient(run, out, logits: logits, rounding: 0, run.kernels.ck_cross_entropy_gradient_f32)
    },
    KernelCase(kernel: "ck_cross_entropy_gradient_f32", variant: "in place") { run in
        let logits = run.floats(rows * run.count, in: -8...8)
        crossEntropyGradient(run, logits, logits: logits, rounding: 0, run.kernels.ck_cross_entropy_gradient_f32)
    },
]
