import CKernels
import Foundation

/// The bf16 nearest to a number, the even one of two equally near; a NaN keeps its upper bits and becomes quiet.
func nearestBFloat16(_ x: Float) -> UInt16 {
    let below = UInt16(x.bitPattern >> 16)
    if x.isNaN { return below | 0x40 }
    if x.isInfinite { return below }
    // Beyond the largest finite one the next is 2^128, of which f32 knows only infinity.
    let low = below.value
    let next = below + 1
    let high = next.value.isInfinite ? Double(sign: x.sign, exponent: 128, significand: 1) : next.value
    let distance = (abs(x.value - low), abs(high - x.value))
    if distance.0 == distance.1 { return below % 2 == 0 ? below : next }
    return distance.0 < distance.1 ? below : next
}

/// The f16 nearest to a number; a NaN keeps its upper bits and becomes quiet.
func nearestFloat16(_ x: Float) -> UInt16 {
    if !x.isNaN { return Float16(x).bitPattern }
    return UInt16(x.bitPattern >> 16 & 0x8000) | 0x7e00 | UInt16(x.bitPattern >> 13 & 0x3ff)
}

/// Numbers of every kind: random bits, ties and their neighbours, subnormal numbers, infinities and NaN.
private func anyFloats(_ run: KernelRun) -> GuardedBuffer<Float> {
    let bits = run.integers(run.count, in: UInt32.min...UInt32.max)
    let special: [UInt32] = [
        0, 0x8000_0000, 1, 0x8000_0001, 0x0000_8000, 0x0001_8000, 0x007f_ffff, 0x3f80_8000, 0x3f81_8000, 0x3f80_8001,
        0x3f80_7fff, 0x3f80_1000, 0x3f80_3000, 0x3300_0000, 0x3300_0001, 0x3880_0000, 0x387f_e000, 0x387f_f000,
        0x477f_e000, 0x477f_efff, 0x477f_f000, 0x7f7f_ffff, 0xff7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7f80_0001,
        0xffc1_2345, 0x7fff_ffff,
    ]
    return run.buffer(run.count) { index in
        switch index % 3 {
        case 0: Float(bitPattern: special[(index / 3 + run.count) % special.count])
        case 1: Float(bitPattern: bits[index])
        // Of a size that f16 can hold.
        default: Float(bitPattern: bits[index] & 0x8fff_ffff | 0x3000_0000)
        }
    }
}

/// Conversions: exact, or rounded to nearest even, bit for bit.
let conversionCases: [KernelCase] = [
    KernelCase(kernel: "ck_convert_f32_bf16", identical: true) { run in
        let x = anyFloats(run)
        let out = run.result(run.count, UInt16.self)
        run.kernels.ck_convert_f32_bf16(Int64(run.count), x.pointer, out.pointer)
        run.expect(out, equals: x.elements.map(nearestBFloat16))
    },
    KernelCase(kernel: "ck_convert_f32_f16", identical: true) { run in
        let x = anyFloats(run)
        let out = run.result(run.count, UInt16.self)
        run.kernels.ck_convert_f32_f16(Int64(run.count), x.pointer, out.pointer)
        run.expect(out, equals: x.elements.map(nearestFloat16))
    },
    KernelCase(kernel: "ck_convert_bf16_f32", identical: true) { run in
        let x = run.integers(run.count, in: UInt16.min...UInt16.max)
        let out = run.result(run.count, UInt32.self)
        out.pointer.withMemoryRebound(to: Float.self, capacity: run.count) {
            run.kernels.ck_convert_bf16_f32(Int64(run.count), x.pointer, $0)
        }
        run.expect(out, equals: x.elements.map { UInt32($0) << 16 })
    },
    KernelCase(kernel: "ck_convert_f16_f32", identical: true) { run in
        let x = run.integers(run.count, in: UInt16.min...UInt16.max)
        let out = run.result(run.count, UInt32.self)
        out.pointer.withMemoryRebound(to: Float.self, capacity: run.count) {
            run.kernels.ck_convert_f16_f32(Int64(run.count), x.pointer, $0)
        }
        run.expect(
            out,
            equals: x.elements.map {
                let wide = Float(Float16(bitPattern: $0)).bitPattern
                return wide & 0x7fff_ffff > 0x7f80_0000 ? wide | 0x40_0000 : wide
            })
    },
]
