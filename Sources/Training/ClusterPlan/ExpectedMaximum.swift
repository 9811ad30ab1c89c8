import Foundation

/// The expectation of the largest of independent normal variables: how long a step waits for the slowest of its ranks.
///
/// E[max] = a + ∫ₐ^∞ (1 − Π Φ((t − mᵢ) / (δ·mᵢ))) dt for an a below which no maximum comes to lie.
///
/// - Parameters:
///   - means: mᵢ, not negative, at least one; a mean of 0 is the constant 0.
///   - deviation: δ, the standard deviation of each over its mean; at most 0.1.
func expectedMaximum(of means: [Double], deviation: Double) -> Double {
    let largest = means.max()!
    guard deviation > 0, largest > 0 else { return largest }
    let reach = 8 * deviation
    let (low, high) = (largest * (1 - reach), largest * (1 + reach))
    // Equal means, as ranks with equal rows have, are one factor.
    let counts = Dictionary(grouping: means.filter { $0 * (1 + reach) > low }) { $0 }.mapValues(\.count)
    let intervals = 2000
    let width = (high - low) / Double(intervals)
    var area = 0.0
    for index in 0...intervals {
        let time = low + Double(index) * width
        let below = counts.reduce(1.0) { product, mean in
            let (value, count) = mean
            return product * pow(erfc((value - time) / (deviation * value * 2.0.squareRoot())) / 2, Double(count))
        }
        area += (1 - below) * (index == 0 || index == intervals ? 0.5 : 1)
    }
    // Of one rank it is the mean, which the sum meets but for rounding.
    return max(largest, low + area * width)
}
