import CKernels
import Foundation

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

private func siluSlope(_ x: Double) -> Double { sigmoid(x) * (1 + x * (1 - sigmoid(x))) }

/// Operations element by element. Bounds count the roundings of each formula.
let elementCases: [KernelCase] = [
    KernelCase(kernel: "ck_add_f32_f32", identical: true) { run in
        let n = run.count
        let a = run.floats(n)
        let b = run.floats(n)
        let out = run.result(n)
        run.kernels.ck_add_f32_f32(Int64(n), a.pointer, b.pointer, out.pointer)
        run.expect(out, relative: epsilon / 2) { a[$0].value + b[$0].value }
    },
    KernelCase(kernel: "ck_add_f32_bf16", variant: "in place", identical: true) { run in
        let n = run.count
        let a = run.floats(n)
        let b = run.bfloats(n)
        let before = Array(a.elements)
        run.kernels.ck_add_f32_bf16(Int64(n), a.pointer, b.pointer, a.pointer)
        run.expect(a, relative: epsilon / 2) { before[$0].value + b[$0].value }
    },
    KernelCase(kernel: "ck_axpy_f32") { run in
        let n = run.count
        let x = run.floats(n)
        let y = run.floats(n)
        let before = Array(y.elements)
        run.kernels.ck_axpy_f32(Int64(n), 0.3, x.pointer, y.pointer)
        run.expect(y, relative: epsilon / 2, absolute: epsilon / 2) {
            before[$0].value + Float(0.3).value * x[$0].value
        }
    },
    KernelCase(kernel: "ck_scale_f32", identical: true) { run in
        let n = run.count
        let x = run.floats(n)
        let before = Array(x.elements)
        run.kernels.ck_scale_f32(Int64(n), 0.3, x.pointer)
        run.expect(x, relative: epsilon / 2) { Float(0.3).value * before[$0].value }
    },
    KernelCase(kernel: "ck_swiglu_f32") { run in
        let n = run.count
        let gate = run.floats(n, in: -20...20)
        let up = run.floats(n)
        let out = run.result(n)
        run.kernels.ck_swiglu_f32(Int64(n), gate.pointer, up.pointer, out.pointer)
        run.expect(out, relative: 4 * epsilon) { gate[$0].value * sigmoid(gate[$0].value) * up[$0].value }
    },
    KernelCase(kernel: "ck_swiglu_bf16", variant: "in place of up") { run in
        let n = run.count
        let gate = run.bfloats(n, in: -20...20)
        let up = run.bfloats(n)
        let before = Array(up.elements)
        run.kernels.ck_swiglu_bf16(Int64(n), gate.pointer, up.pointer, up.pointer)
        run.expect(up, relative: bfloat16Rounding + 4 * epsilon) {
            gate[$0].value * sigmoid(gate[$0].value) * before[$0].value
        }
    },
    KernelCase(kernel: "ck_swiglu_backward_f32") { run in
        let n = run.count
        let gate = run.floats(n, in: -20...20)
        let up = run.floats(n)
        let dout = run.floats(n)
        let dgate = run.result(n)
        let dup = run.result(n)
        run.kernels.ck_swiglu_backward_f32(
            Int64(n), gate.pointer, up.pointer, dout.pointer, dgate.pointer, dup.pointer)
        // 1 + g (1 - s) cancels near g = -1.28; its terms are at most 21.
        run.expect(dgate, relative: 8 * epsilon, absolute: 8 * 21 * epsilon) {
            dout[$0].value * up[$0].value * siluSlope(gate[$0].value)
        }
        run.expect(dup, relative: 4 * epsilon) { dout[$0].value * gate[$0].value * sigmoid(gate[$0].value) }
    },
    KernelCase(kernel: "ck_swiglu_backward_bf16", variant: "in place of gate and up") { run in
        let n = run.count
        let gate = run.bfloats(n, in: -20...20)
        let up = run.bfloats(n)
        let dout = run.bfloats(n)
        let gateBefore = Array(gate.elements)
        let upBefore = Array(up.elements)
        run.kernels.ck_swiglu_backward_bf16(
            Int64(n), gate.pointer, up.pointer, dout.pointer, gate.pointer, up.pointer)
        run.expect(gate, relative: bfloat16Rounding + 8 * epsilon, absolute: 8 * 21 * epsilon) {
            dout[$0].value * upBefore[$0].value * siluSlope(gateBefore[$0].value)
        }
        run.expect(up, relative: bfloat16Rounding + 4 * epsilon) {
            dout[$0].value * gateBefore[$0].value * sigmoid(gateBefore[$0].value)
        }
    },
    KernelCase(kernel: "ck_sum_squares_f32", identical: true) { run in
        let n = run.count
        let x = run.floats(n)
        let out = run.result(1)
        let sum = run.kernels.ck_sum_squares_f32(Int64(n), x.pointer)
        // In a buffer the sets are held against each other bit for bit.
        _ = run.buffer(1) { _ in sum }
        out[0] = Float(sum)
        run.expect(out, relative: epsilon) { _ in x.elements.reduce(0) { $0 + $1.value * $1.value } }
    },
]
