import Foundation
import Signet

/// What memory gives when nothing is computed.
enum MemoryBandwidth {
    /// Far more than any cache holds.
    private static let bytes = 1 << 30
    private static let chunk = 4 << 20

    /// Reading with all threads of the pool, in GB/s.
    static func read(repeats: Int) -> Measurement {
        let buffer = RandomBits.tensor([bytes / 4], .float32)
        let chunks = bytes / chunk
        var sums = [UInt64](repeating: 0, count: chunks)
        let timing = sums.withUnsafeMutableBufferPointer { sums in
            nonisolated(unsafe) let sums = sums
            return Timing.of(repeats) {
                parallel(chunks) { index in sums[index] = fold(buffer.pointer + index * chunk) }
            }
        }
        // The sums are of use, so that the reads are.
        precondition(sums.contains { $0 != 0 })
        return Measurement("limit/memory read", timing, .bytes(bytes))
    }

    /// Copying with all threads of the pool, bytes read and bytes written counted, in GB/s.
    static func copy(repeats: Int) -> Measurement {
        let source = RandomBits.tensor([bytes / 4], .float32)
        let target = Tensor(uninitialized: [bytes / 4])
        let timing = Timing.of(repeats) {
            parallel(bytes / chunk) { index in
                (target.pointer + index * chunk).copyMemory(from: source.pointer + index * chunk, byteCount: chunk)
            }
        }
        return Measurement("limit/memory copy", timing, .bytes(2 * bytes))
    }

    private static func fold(_ start: UnsafeMutableRawPointer) -> UInt64 {
        let values = start.assumingMemoryBound(to: SIMD8<UInt64>.self)
        var first = SIMD8<UInt64>.zero
        var second = SIMD8<UInt64>.zero
        for index in stride(from: 0, to: chunk / 64, by: 2) {
            first ^= values[index]
            second ^= values[index + 1]
        }
        return (first ^ second).wrappedSum()
    }
}
