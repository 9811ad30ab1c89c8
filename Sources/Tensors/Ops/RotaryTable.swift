import Foundation

/// The cosines and sines of rotary embeddings for every position and frequency.
public struct RotaryTable: Sendable {
    public let headDimension: Int
    /// float32 [positions, headDimension / 2].
    package let cosines: Tensor
    package let sines: Tensor

    public var positionCount: Int { cosines.shape[0] }

    /// - Parameter inverseFrequencies: radians a position, one for each pair of features.
    public init(inverseFrequencies: [Float], positionCount: Int) {
        headDimension = inverseFrequencies.count * 2
        let half = inverseFrequencies.count
        let cosines = Tensor(uninitialized: [positionCount, half])
        let sines = Tensor(uninitialized: [positionCount, half])
        parallelRanges(positionCount, grain: 64) { range in
            for position in range {
                for i in 0..<half {
                    // The angle is rounded to float32 first, as the reference implementations do.
                    let angle = Float(position) * inverseFrequencies[i]
                    cosines.float32[position * half + i] = Float(cos(Double(angle)))
                    sines.float32[position * half + i] = Float(sin(Double(angle)))
                }
            }
        }
        self.cosines = cosines
        self.sines = sines
    }
}
