import CKernels
import Diagnostics
import Foundation

/// Names a sequence of random numbers.
///
/// Number i of a sequence depends on the key and on i alone (Philox4x32-10, Salmon et al., SC 2011), never on threads or
/// on what was drawn before: recomputation, resumption and any division of the work give the same numbers.
public struct RandomKey: Sendable, Hashable {
    package let seed: UInt64
    package let stream: UInt64

    /// The sequence of a seed.
    public init(seed: UInt64) { self.init(seed: seed, stream: 0) }

    private init(seed: UInt64, stream: UInt64) {
        self.seed = seed
        self.stream = stream
    }

    /// The sequence of a part of this one's work, such as a step, a layer or a row.
    public func folding(_ part: Int) -> RandomKey {
        // The finalizer of SplitMix64: a bijection whose outputs for neighbouring inputs share nothing.
        var mixed = stream &+ (UInt64(bitPattern: Int64(part)) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return RandomKey(seed: seed, stream: mixed ^ mixed >> 31)
    }

    /// The numbers below `count` in random order, the same on every machine (Fisher–Yates: number i of the sequence, in
    /// 64 bits, decides swap i).
    ///
    /// - Complexity: O(`count`)
    public func shuffledIndices(count: Int) -> [Int] {
        require(count >= 0, "shuffledIndices: \(count) indices")
        var indices = Array(0..<count)
        let blocks = (count + 1) / 2
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * blocks) { words in
            ck_active().pointee.ck_philox_u32(seed, stream, 0, Int64(blocks), words.baseAddress)
            for i in stride(from: count - 1, to: 0, by: -1) {
                let bits = UInt64(words[2 * i]) | UInt64(words[2 * i + 1]) << 32
                // The high half of a product with 64 random bits is uniform but for one part in 2⁶⁴ ÷ count.
                indices.swapAt(i, Int(bits.multipliedFullWidth(by: UInt64(i + 1)).high))
            }
        }
        return indices
    }

    /// `count` numbers below `bound`, each by itself and the same on every machine: number i of the sequence, in 64 bits,
    /// decides number i.
    ///
    /// - Complexity: O(`count`)
    public func drawnIndices(count: Int, below bound: Int) -> [Int] {
        require(count >= 0 && (bound > 0 || count == 0), "drawnIndices: \(count) indices below \(bound)")
        let blocks = (count + 1) / 2
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * blocks) { words in
            ck_active().pointee.ck_philox_u32(seed, stream, 0, Int64(blocks), words.baseAddress)
            return (0..<count).map { i in
                let bits = UInt64(words[2 * i]) | UInt64(words[2 * i + 1]) << 32
                // As above: uniform but for one part in 2⁶⁴ ÷ bound.
                return Int(bits.multipliedFullWidth(by: UInt64(bound)).high)
            }
        }
    }
}

extension Tensor {
    /// Independent numbers from the half-open range, float32.
    public static func uniform(_ shape: [Int], in range: Range<Float> = 0..<1, key: RandomKey) -> Tensor {
        let result = Tensor(uninitialized: shape)
        let kernels = ck_active().pointee
        let width = range.upperBound - range.lowerBound
        parallelRanges(result.count, grain: elementGrain) { part in
            let values = result.float32 + part.lowerBound
            kernels.ck_philox_uniform_f32(key.seed, key.stream, UInt64(part.lowerBound), Int64(part.count), values)
            for i in 0..<part.count { values[i] = range.lowerBound + width * values[i] }
        }
        return result
    }

    /// Independent normal numbers, float32 (Box–Muller over two uniform sequences of the key).
    public static func normal(
        _ shape: [Int], mean: Float = 0, standardDeviation: Float = 1, key: RandomKey
    ) -> Tensor {
        let radius = uniform(shape, key: key.folding(0))
        let angle = uniform(shape, key: key.folding(1))
        for i in 0..<radius.count {
            // 1 − u is in (0, 1]: its logarithm is finite.
            let length = (-2 * log(Double(1 - radius.float32[i]))).squareRoot()
            radius.float32[i] =
                mean + standardDeviation * Float(length * cos(2 * Double.pi * Double(angle.float32[i])))
        }
        return radius
    }
}
