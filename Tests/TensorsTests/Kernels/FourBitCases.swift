import CKernels
import Foundation

private let types = [CK_NF4, CK_FP4]
private let blockSizes = [32, 64, 256]

/// 4-bit blocks as the rule says it, one element at a time.
private struct FourBitRule {
    let table: [Float]
    let type: ck_type

    init(_ type: ck_type) {
        self.type = type
        table = Array(UnsafeBufferPointer(start: ck_code_table(type), count: 16))
    }

    /// NF4: the midpoints strictly below y. FP4: the same of the magnitudes, then y's sign.
    func code(_ y: Float) -> UInt8 {
        let signed = type == CK_NF4
        let candidates = (signed ? 0..<16 : 0..<8).sorted { table[$0] < table[$1] }
        let rank = zip(candidates, candidates.dropFirst()).count {
            (table[$0] + table[$1]) * 0.5 < (signed ? y : abs(y))
        }
        return UInt8(candidates[rank]) | (!signed && y < 0 ? 8 : 0)
    }

    func quantize(_ x: [Float], blockSize: Int) -> (codes: [UInt8], absmax: [Float]) {
        var codes: [UInt8] = []
        var absmax: [Float] = []
        for start in stride(from: 0, to: x.count, by: blockSize) {
            let block = x[start..<min(start + blockSize, x.count)]
            let scale = block.map(abs).max()!
            absmax.append(scale)
            codes += block.map { code(scale == 0 ? 0 : $0 * (1 / scale)) }
        }
        return (codes, absmax)
    }
}

/// Two codes a byte, the first in the high nibble.
func packed(_ codes: [UInt8], zero: UInt8) -> [UInt8] {
    stride(from: 0, to: codes.count, by: 2).map { codes[$0] << 4 | ($0 + 1 < codes.count ? codes[$0 + 1] : zero) }
}

/// Weights of very different sizes from block to block, with ties, zeros and whole blocks of zeros.
private func weights(_ run: KernelRun, blockSize: Int) -> GuardedBuffer<Float> {
    let random = run.floats(run.count)
    return run.buffer(run.count) { index in
        let block = index / blockSize
        if block % 5 == 4 || index % 7 == 6 { return 0 }
        if index % blockSize == 0 { return Float(sign: .plus, exponent: block % 40 - 20, significand: 1) }
        // -0.5 and 0.875 of absmax are near midpoints of FP4; NF4's are hit by the golden cases.
        let y: Float = index % 3 == 0 ? [-0.5, 0.875, -0.8333333, 0.2083333][index % 4] : random[index]
        return y * Float(sign: .plus, exponent: block % 40 - 20, significand: 1)
    }
}

private func quantizing(_ run: KernelRun) {
    for type in types {
        for blockSize in blockSizes {
            let n = run.count
            let x = weights(run, blockSize: blockSize)
            let codes = run.result((n + 1) / 2, UInt8.self)
            let absmax = run.result((n + blockSize - 1) / blockSize)
            run.kernels.ck_quantize4(type, Int64(blockSize), Int64(n), x.pointer, codes.pointer, absmax.pointer)
            let expected = FourBitRule(type).quantize(Array(x.elements), blockSize: blockSize)
            run.expect(codes, equals: packed(expected.codes, zero: type == CK_NF4 ? 7 : 0))
            run.expect(absmax, equals: expected.absmax)
        }
    }
}

/// Any `count` elements of blocks with plain and with quantized scales, from any start.
private func dequantizing<Element: BitwiseCopyable & Numeric>(
    _ run: KernelRun, _ round: (Float) -> Element,
    _ kernel: (ck_type, UnsafePointer<ck_blocks4>, Int64, Int64, UnsafeMutablePointer<Element>) -> Void
) {
    for (variant, start) in [0, 1, 30, 63].enumerated() {
        let type = types[variant % 2]
        let blockSize = blockSizes[(run.count + variant) % 3]
        let table = FourBitRule(type).table
        let end = start + run.count
        let codes = run.integers((end + 1) / 2, in: UInt8.min...UInt8.max)
        let blocks = end / blockSize + 1
        // From subnormal products to large ones.
        let exponents = run.integers(blocks, in: -140...15)
        let absmax = run.buffer(blocks) { Float(sign: .plus, exponent: exponents[$0], significand: 1.3) }
        let scaleCodes = run.integers(blocks, in: UInt8.min...UInt8.max)
        let map = run.floats(256)
        let nested = run.floats(blocks / 2 + 1)
        var description = ck_blocks4()
        description.codes = UnsafePointer(codes.pointer)
        description.block_size = Int64(blockSize)
        if start % 2 == 0 {
            description.absmax = UnsafePointer(absmax.pointer)
        } else {
            description.absmax_codes = UnsafePointer(scaleCodes.pointer)
            description.absmax_map = UnsafePointer(map.pointer)
            description.nested_absmax = UnsafePointer(nested.pointer)
            description.nested_block_size = 2
            description.nested_offset = 0.7
        }
        let out = run.result(run.count, Element.self)
        kernel(type, &description, Int64(start), Int64(run.count), out.pointer)
        let expected = (start..<end).map { index in
            let block = index / blockSize
            let byte = codes[index / 2]
            let scale =
                start % 2 == 0 ? absmax[block] : map[Int(scaleCodes[block])] * nested[block / 2] + Float(0.7)
            return round(table[Int(index % 2 == 0 ? byte >> 4 : byte & 15)] * scale)
        }
        run.expect(out, equals: expected)
    }
}

/// NF4 and FP4, bit for bit.
let fourBitCases: [KernelCase] = [
    KernelCase(kernel: "ck_quantize4", identical: true, run: quantizing),
    KernelCase(kernel: "ck_dequantize4_f32", identical: true) { run in
        dequantizing(run, { $0 }, run.kernels.ck_dequantize4_f32)
    },
    KernelCase(kernel: "ck_dequantize4_bf16", identical: true) { run in
        dequantizing(run, nearestBFloat16, run.kernels.ck_dequantize4_bf16)
    },
    KernelCase(kernel: "ck_dequantize4_f16", identical: true) { run in
        dequantizing(run, nearestFloat16, run.kernels.ck_dequantize4_f16)
    },
    KernelCase(kernel: "ck_quantize8_nested", identical: true) { run in
        let n = run.count
        let absmax = run.floats(n, in: 0.01...0.2)
        let map = run.result(256)
        let nestedBlock = 128
        ck_dynamic_map(map.pointer)
        let codes = run.result(n, UInt8.self)
        let nested = run.result((n + nestedBlock - 1) / nestedBlock)
        run.kernels.ck_quantize8_nested(
            Int64(n), Int64(nestedBlock), absmax.pointer, 0.1, map.pointer, codes.pointer, nested.pointer)
        let midpoints = (0..<255).map { (map[$0] + map[$0 + 1]) * 0.5 }
        let scales = stride(from: 0, to: n, by: nestedBlock).map { start in
            absmax.elements[start..<min(start + nestedBlock, n)].map { abs($0 - 0.1) }.max()!
        }
        run.expect(nested, equals: scales)
        run.expect(
            codes,
            equals: (0..<n).map { index in
                let y = (absmax[index] - 0.1) * (1 / scales[index / nestedBlock])
                return UInt8(midpoints.count { $0 < y })
            })
    },
]
