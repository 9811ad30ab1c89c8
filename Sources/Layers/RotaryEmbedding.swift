import Foundation
import Synchronization
import Tensors

/// Rotary position embedding of a model: its frequencies, and tables that grow with the positions asked for.
public final class RotaryEmbedding: Sendable {
    /// How frequencies are changed for contexts longer than the model was first trained on.
    public enum Scaling: Sendable, Equatable {
        case none
        /// Llama 3.1's rule: long waves are stretched by `factor`, short ones kept, those between interpolated.
        case llama3(factor: Float, lowFrequencyFactor: Float, highFrequencyFactor: Float, originalContextLength: Int)
        /// Every frequency divided by its own factor.
        case factors([Float])
    }

    /// Radians a position for each pair of features of a head.
    public let inverseFrequencies: [Float]
    private let cache: Mutex<RotaryTable>

    /// - Parameter theta: the base of the geometric sequence of wavelengths.
    public init(headDimension: Int, theta: Double, scaling: Scaling = .none) {
        let plain = (0..<headDimension / 2).map { i in
            // Rounded step by step in float32, as the reference implementation computes them.
            1 / Float(pow(theta, Double(Float(2 * i) / Float(headDimension))))
        }
        inverseFrequencies = Self.scaled(plain, scaling)
        cache = Mutex(RotaryTable(inverseFrequencies: inverseFrequencies, positionCount: 64))
    }

    private static func scaled(_ frequencies: [Float], _ scaling: Scaling) -> [Float] {
        switch scaling {
        case .none: return frequencies
        case .factors(let factors): return zip(frequencies, factors).map { $0 / $1 }
        case .llama3(let factor, let low, let high, let original):
            let original = Float(original)
            return frequencies.map { frequency in
                let wavelength = 2 * Float.pi / frequency
                if wavelength < original / high { return frequency }
                if wavelength > original / low { return frequency / factor }
                let smooth = (original / wavelength - low) / (high - low)
                return (1 - smooth) * frequency / factor + smooth * frequency
            }
        }
    }

    /// A table for at least the positions of the plan.
    public func table(for plan: SegmentPlan) -> RotaryTable {
        let needed = plan.positionCount
        return cache.withLock { table in
            if table.positionCount < needed {
                var count = table.positionCount
                while count < needed { count *= 2 }
                table = RotaryTable(inverseFrequencies: inverseFrequencies, positionCount: count)
            }
            return table
        }
    }
}
