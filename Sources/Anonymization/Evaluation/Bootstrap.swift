import Tensors

/// Bootstrap confidence intervals: how much a measure depends on which authors the texts are from.
///
/// Profiles are drawn with replacement, as many as there are, and the measure is computed again; the interval lies between
/// percentiles of the results (Efron, 1979). Texts of one author are not independent, which is why whole profiles are drawn.
public struct Bootstrap: Sendable, Equatable {
    /// The most that are of any use, and that memory is set aside for.
    public static let mostReplicates = 100_000

    /// How often profiles are drawn; 0 for no intervals.
    public var replicates: Int
    public var seed: UInt64
    /// The share of the results between the ends.
    public var level: Double

    public init(replicates: Int = 1000, seed: UInt64 = 0, level: Double = 0.95) {
        self.replicates = replicates
        self.seed = seed
        self.level = level
    }

    /// A draw, the same for every measure, so that differences between methods are not differences between draws.
    ///
    /// - Parameter count: of the profiles.
    func draw(_ number: Int, of count: Int) -> [Int] {
        RandomKey(seed: seed).folding(number).drawnIndices(count: count, below: count)
    }

    /// The ends of the interval of some results; nil where there are none.
    func interval(of results: [Double]) -> ClosedRange<Double>? {
        guard !results.isEmpty else { return nil }
        let sorted = results.sorted()
        let tail = (1 - level) / 2
        return Self.percentile(sorted, tail)...Self.percentile(sorted, 1 - tail)
    }

    /// The percentile between the two nearest results, in proportion.
    static func percentile(_ sorted: [Double], _ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let lower = min(Int(place), sorted.count - 1)
        let upper = min(lower + 1, sorted.count - 1)
        return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
    }
}
