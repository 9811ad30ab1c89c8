import CKernels
import Foundation

private let key: UInt64 = 0x0123_4567_89ab_cdef
private let stream: UInt64 = 7
/// Not a multiple of four, so that a draw begins inside a block.
private let start: UInt64 = 1_000_003

/// Number `index` of the stream, drawn alone.
private func uniform(_ run: KernelRun, _ index: Int) -> Double {
    var word: Float = 0
    run.kernels.ck_philox_uniform_f32(key, stream, start + UInt64(index), 1, &word)
    return word.value
}

/// The optimizer's step, random numbers and dropout.
let updateCases: [KernelCase] = [
    KernelCase(kernel: "ck_adamw_f32", identical: true) { run in
        let n = run.count
        let p = run.floats(n)
        let g = run.floats(n)
        let m = run.floats(n)
        let v = run.floats(n, in: 0.1...1)
        let before = (p.elements.map(\.value), m.elements.map(\.value), v.elements.map(\.value))
        let (lr, beta1, beta2, smallest, decay, scale) = (1e-2, 0.9, 0.999, 1e-8, 0.1, 0.5)
        let (correction1, correction2) = (1 - pow(beta1, 3), 1 - pow(beta2, 3))
        run.kernels.ck_adamw_f32(
            Int64(n), p.pointer, g.pointer, m.pointer, v.pointer, lr, beta1, beta2, smallest, decay, scale,
            correction1, correction2)
        func first(_ i: Int) -> Double { beta1 * before.1[i] + (1 - beta1) * g[i].value * scale }
        func second(_ i: Int) -> Double { beta2 * before.2[i] + (1 - beta2) * pow(g[i].value * scale, 2) }
        run.expect(m, absolute: 2 * epsilon) { first($0) }
        run.expect(v, absolute: 2 * epsilon) { second($0) }
        run.expect(p, absolute: 2 * epsilon) {
            let step = lr / correction1 * first($0) / ((second($0) / correction2).squareRoot() + smallest)
            return before.0[$0] * (1 - lr * decay) - step
        }
    },
    KernelCase(kernel: "ck_philox_u32", identical: true) { run in
        let n = run.count
        let out = run.result(4 * n, UInt32.self)
        run.kernels.ck_philox_u32(key, stream, .max - 2, Int64(n), out.pointer)
        let blocks = (0..<n).flatMap { philoxReference(key: key, stream: stream, block: (.max - 2) &+ UInt64($0)) }
        run.expect(out, equals: blocks)
    },
    KernelCase(kernel: "ck_philox_uniform_f32", identical: true) { run in
        let n = run.count
        let out = run.result(n)
        run.kernels.ck_philox_uniform_f32(key, stream, start, Int64(n), out.pointer)
        run.expect(out) {
            let index = start + UInt64($0)
            let word = philoxReference(key: key, stream: stream, block: index / 4)[Int(index % 4)]
            return Double(word >> 8) * 0x1p-24
        }
    },
    KernelCase(kernel: "ck_dropout_f32", identical: true) { run in
        let n = run.count
        let x = run.floats(n)
        let out = run.result(n)
        run.kernels.ck_dropout_f32(key, stream, start, Int64(n), 0.25, x.pointer, out.pointer)
        run.expect(out, relative: epsilon) { uniform(run, $0) < 0.25 ? 0 : x[$0].value / 0.75 }
    },
    KernelCase(kernel: "ck_dropout_bf16", variant: "in place", identical: true) { run in
        let n = run.count
        let x = run.bfloats(n)
        let before = x.elements.map(\.value)
        run.kernels.ck_dropout_bf16(key, stream, start, Int64(n), 0.25, x.pointer, x.pointer)
        run.expect(x, relative: bfloat16Rounding + epsilon) { uniform(run, $0) < 0.25 ? 0 : before[$0] / 0.75 }
    },
]

/// The four words of one counter, straight from the definition of Philox4x32-10.
func philoxReference(key: UInt64, stream: UInt64, block: UInt64) -> [UInt32] {
    var c = [
        UInt32(truncatingIfNeeded: block), UInt32(block >> 32), UInt32(truncatingIfNeeded: stream),
        UInt32(stream >> 32),
    ]
    var k = [UInt32(truncatingIfNeeded: key), UInt32(key >> 32)]
    for _ in 0..<10 {
        let a = c[0].multipliedFullWidth(by: 0xd251_1f53)
        let b = c[2].multipliedFullWidth(by: 0xcd9e_8d57)
        c = [b.high ^ c[1] ^ k[0], b.low, a.high ^ c[3] ^ k[1], a.low]
        k = [k[0] &+ 0x9e37_79b9, k[1] &+ 0xbb67_ae85]
    }
    return c
}
