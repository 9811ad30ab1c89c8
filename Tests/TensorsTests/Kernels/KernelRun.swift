import CKernels
import Foundation

/// The instruction sets of this processor, the scalar reference first.
let instructionSets: [(name: String, kernels: ck_kernels)] = (0..<CK_ISA_COUNT.rawValue).compactMap { number in
    let isa = ck_isa(rawValue: number)
    return ck_kernels_of(isa).map { (String(cString: ck_isa_name(isa)), $0.pointee) }
}

/// The distance from 1 to the next f32; rounding to nearest errs by at most half of it, relatively.
let epsilon = Double(Float.ulpOfOne)
/// The relative error of rounding to bf16.
let bfloat16Rounding = 0x1p-8

/// An element type of kernels, as the number it stands for.
protocol KernelElement: BitwiseCopyable {
    var value: Double { get }
}

extension Float: KernelElement {
    var value: Double { Double(self) }
}

/// 16-bit words are bf16 unless a test says otherwise.
extension UInt16: KernelElement {
    var value: Double { Double(Float(bitPattern: UInt32(self) << 16)) }
}

/// What the zones around a ``GuardedBuffer`` hold.
private let sentinels = [UInt8](repeating: 0xff, count: 512)

/// Memory between two zones of sentinels, all bits set: NaN, so that reading beyond the end shows in a result, and
/// writing there shows in ``isIntact``.
final class GuardedBuffer<Element: BitwiseCopyable> {
    private static var zone: Int { 128 }
    let count: Int
    let pointer: UnsafeMutablePointer<Element>
    private let memory: UnsafeMutableRawBufferPointer
    private let start: Int

    /// - Parameter misalignment: by how many elements the first one is off a 64-byte border.
    init(count: Int, misalignment: Int) {
        self.count = count
        start = Self.zone + misalignment * MemoryLayout<Element>.stride
        let bytes = start + count * MemoryLayout<Element>.stride + Self.zone
        memory = .allocate(byteCount: bytes, alignment: 64)
        memset(memory.baseAddress!, 0xff, bytes)
        pointer = (memory.baseAddress! + start).assumingMemoryBound(to: Element.self)
    }

    deinit { memory.deallocate() }

    var elements: UnsafeMutableBufferPointer<Element> { .init(start: pointer, count: count) }
    var bytes: [UInt8] { Array(UnsafeRawBufferPointer(elements)) }

    var isIntact: Bool {
        let end = start + count * MemoryLayout<Element>.stride
        return memcmp(memory.baseAddress!, sentinels, start) == 0
            && memcmp(memory.baseAddress! + end, sentinels, memory.count - end) == 0
    }

    subscript(index: Int) -> Element {
        get { pointer[index] }
        set { pointer[index] = newValue }
    }
}

/// One call of a kernel: makes its operands, the same for every instruction set, and gathers what is wrong.
final class KernelRun {
    let kernels: ck_kernels
    let count: Int
    let misalignment: Int
    private(set) var failures: [String] = []
    private var random: SplitMix64
    private var buffers: [(isIntact: () -> Bool, bytes: () -> [UInt8])] = []

    init(kernels: ck_kernels, count: Int, misalignment: Int) {
        self.kernels = kernels
        self.count = count
        self.misalignment = misalignment
        random = SplitMix64(state: UInt64(count))
    }

    /// Every buffer's content, to be held against another instruction set's.
    var contents: [[UInt8]] { buffers.map { $0.bytes() } }
    var isIntact: Bool { buffers.allSatisfy { $0.isIntact() } }

    func buffer<Element: BitwiseCopyable>(_ count: Int, filling: (Int) -> Element) -> GuardedBuffer<Element> {
        let buffer = GuardedBuffer<Element>(count: count, misalignment: misalignment)
        for index in 0..<count { buffer[index] = filling(index) }
        buffers.append(({ buffer.isIntact }, { buffer.bytes }))
        return buffer
    }

    /// Evenly distributed numbers.
    func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> GuardedBuffer<Float> {
        buffer(count) { _ in .random(in: range, using: &random) }
    }

    /// Numbers from 1/2 to 1, positive and negative in turn: no row of them has a small norm or variance.
    func alternating(_ count: Int) -> GuardedBuffer<Float> {
        buffer(count) { .random(in: 0.5...1, using: &random) * ($0 % 2 == 0 ? 1 : -1) }
    }

    /// Evenly distributed bf16 numbers.
    func bfloats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> GuardedBuffer<UInt16> {
        buffer(count) { _ in UInt16(Float.random(in: range, using: &random).bitPattern >> 16) }
    }

    /// Evenly distributed integers.
    func integers<Element: FixedWidthInteger & BitwiseCopyable>(
        _ count: Int, in range: ClosedRange<Element>
    ) -> GuardedBuffer<Element> {
        buffer(count) { _ in .random(in: range, using: &random) }
    }

    /// Room for a result, full of ones before the kernel writes it.
    func result<Element: BitwiseCopyable & Numeric>(_ count: Int, _ type: Element.Type = Float.self)
        -> GuardedBuffer<Element>
    {
        buffer(count) { _ in 1 }
    }

    /// Requires every element within relative * |expected| + absolute of what `expected` gives for its index.
    func expect<Element: KernelElement>(
        _ result: GuardedBuffer<Element>, relative: Double = 0, absolute: Double = 0, _ expected: (Int) -> Double
    ) {
        for index in 0..<result.count {
            let found = result[index].value
            let wanted = expected(index)
            if !(abs(found - wanted) <= relative * abs(wanted) + absolute) {
                failures.append("element \(index) is \(found), expected \(wanted)")
                return
            }
        }
    }

    /// Requires exactly these elements.
    func expect<Element: Equatable & BitwiseCopyable>(_ result: GuardedBuffer<Element>, equals expected: [Element]) {
        if Array(result.elements) != expected {
            failures.append("found \(Array(result.elements)), expected \(expected)")
        }
    }
}

/// A small generator whose numbers do not depend on the Swift version.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
