import CKernels

/// Any `count` elements of Q8_0 blocks, from any start.
private func dequantizing<Element: Numeric & BitwiseCopyable>(
    _ run: KernelRun, _ round: (Float) -> Element,
    _ kernel: (UnsafePointer<UInt8>, Int64, Int64, UnsafeMutablePointer<Element>) -> Void
) {
    for start in [0, 1, 30, 63] {
        let end = start + run.count
        let count = (end + 31) / 32
        let bytes = run.integers(count * 32, in: Int8.min...Int8.max)
        // From subnormal scales to the largest.
        let scales = run.integers(count, in: UInt16(1)...0x7bff)
        let blocks = run.buffer(count * 34) { index in
            let (block, place) = index.quotientAndRemainder(dividingBy: 34)
            return place < 2
                ? UInt8(truncatingIfNeeded: scales[block] >> (8 * place))
                : UInt8(bitPattern: bytes[block * 32 + place - 2])
        }
        let out = run.result(run.count, Element.self)
        kernel(blocks.pointer, Int64(start), Int64(run.count), out.pointer)
        run.expect(
            out, equals: (start..<end).map { round(Float(Float16(bitPattern: scales[$0 / 32])) * Float(bytes[$0])) })
    }
}

/// Q8_0, bit for bit.
let eightBitCases: [KernelCase] = [
    KernelCase(kernel: "ck_dequantize8_f32", identical: true) { run in
        dequantizing(run, { $0 }, run.kernels.ck_dequantize8_f32)
    },
    KernelCase(kernel: "ck_dequantize8_bf16", identical: true) { run in
        dequantizing(run, nearestBFloat16, run.kernels.ck_dequantize8_bf16)
    },
]
