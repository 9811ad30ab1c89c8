import CKernels
import Foundation

/// Three rows of two heads, `count` elements in each half of a head.
private func rope<Element: KernelElement>(
    _ run: KernelRun, _ x: GuardedBuffer<Element>, _ out: GuardedBuffer<Element>, inverse: Bool, rounding: Double,
    _ kernel: (
        Int64, Int64, Int64, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Int32>, Bool,
        UnsafePointer<Element>, UnsafeMutablePointer<Element>
    ) -> Void
) {
    let half = run.count
    let positions = run.buffer(3) { [Int32(4), 0, 2][$0] }
    let before = x.elements.map(\.value)
    let cosines = run.floats(5 * half)
    let sines = run.floats(5 * half)
    kernel(
        3, 2, Int64(2 * half), cosines.pointer, sines.pointer, positions.pointer, inverse, x.pointer, out.pointer)
    run.expect(out, relative: rounding, absolute: 2 * epsilon) { index in
        let (head, j) = index.quotientAndRemainder(dividingBy: 2 * half)
        let angle = Int(positions[head / 2]) * half + j % half
        let c = cosines[angle].value
        let s = inverse ? -sines[angle].value : sines[angle].value
        return j < half ? before[index] * c - before[index + half] * s : before[index] * c + before[index - half] * s
    }
}

/// Four rows out of a table of six, of `count` columns.
private func gather<Element: BitwiseCopyable>(
    _ run: KernelRun, _ table: GuardedBuffer<Element>, _ value: (Element) -> Double,
    _ kernel: (Int64, Int64, UnsafePointer<Element>, UnsafePointer<Int32>, UnsafeMutablePointer<Float>) -> Void
) {
    let n = run.count
    let indices = run.integers(4, in: Int32(0)...5)
    let out = run.result(4 * n)
    kernel(4, Int64(n), table.pointer, indices.pointer, out.pointer)
    run.expect(out) { value(table[Int(indices[$0 / n]) * n + $0 % n]) }
}

/// Rotary embedding and tables of rows.
let rowCases: [KernelCase] = [
    KernelCase(kernel: "ck_rope_f32") { run in
        let x = run.floats(12 * run.count)
        let out = run.result(12 * run.count)
        rope(run, x, out, inverse: false, rounding: 0, run.kernels.ck_rope_f32)
    },
    KernelCase(kernel: "ck_rope_f32", variant: "inverse, in place") { run in
        let x = run.floats(12 * run.count)
        rope(run, x, x, inverse: true, rounding: 0, run.kernels.ck_rope_f32)
    },
    KernelCase(kernel: "ck_rope_bf16") { run in
        let x = run.bfloats(12 * run.count)
        let out = run.result(12 * run.count, UInt16.self)
        rope(run, x, out, inverse: true, rounding: bfloat16Rounding, run.kernels.ck_rope_bf16)
    },
    KernelCase(kernel: "ck_rope_bf16", variant: "in place") { run in
        let x = run.bfloats(12 * run.count)
        rope(run, x, x, inverse: false, rounding: bfloat16Rounding, run.kernels.ck_rope_bf16)
    },
    KernelCase(kernel: "ck_gather_rows_f32_f32", identical: true) { run in
        gather(run, run.floats(6 * run.count), { $0.value }, run.kernels.ck_gather_rows_f32_f32)
    },
    KernelCase(kernel: "ck_gather_rows_bf16_f32", identical: true) { run in
        gather(run, run.bfloats(6 * run.count), { $0.value }, run.kernels.ck_gather_rows_bf16_f32)
    },
    KernelCase(kernel: "ck_gather_rows_f16_f32", identical: true) { run in
        let table = run.integers(6 * run.count, in: UInt16(0)...0x7bff)
        gather(run, table, { Double(Float16(bitPattern: $0)) }, run.kernels.ck_gather_rows_f16_f32)
    },
    KernelCase(kernel: "ck_scatter_add_rows_f32", identical: true) { run in
        let n = run.count
        let source = run.floats(4 * n)
        let table = run.floats(3 * n)
        let before = Array(table.elements)
        let indices = run.buffer(4) { [Int32(2), 0, 2, 2][$0] }
        run.kernels.ck_scatter_add_rows_f32(4, Int64(n), source.pointer, indices.pointer, table.pointer)
        run.expect(table, absolute: 6 * epsilon) { index in
            (0..<4).filter { Int(indices[$0]) == index / n }.reduce(before[index].value) {
                $0 + source[$1 * n + index % n].value
            }
        }
    },
]
