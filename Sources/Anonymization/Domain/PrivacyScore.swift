/// p(s) = (−|P|, −mean certainty over P): how little can be inferred from a text, compared item by item (SEAL, section 3).
///
/// P are the inferences that count, those with at least a threshold's certainty. Where there are none the second item is 0,
/// above every other.
public struct PrivacyScore: Sendable, Equatable, Comparable {
    /// |P|
    public let inferenceCount: Int
    /// The sum of the certainties over P.
    private let certaintySum: Int

    /// - Parameters:
    ///   - inferences: what was inferred from the text, one for each attribute.
    ///   - certainty: the least certainty that counts.
    public init(_ inferences: [Inference], certainty: Int) {
        let counted = inferences.filter { $0.certainty >= certainty }
        inferenceCount = counted.count
        certaintySum = counted.reduce(0) { $0 + $1.certainty }
    }

    /// The mean certainty over P; 0 where P is empty.
    public var meanCertainty: Double { inferenceCount == 0 ? 0 : Double(certaintySum) / Double(inferenceCount) }

    /// Whether less can be inferred from the second text.
    public static func < (first: PrivacyScore, second: PrivacyScore) -> Bool {
        // With equal counts the means compare as the sums do, without rounding.
        (first.inferenceCount, first.certaintySum) > (second.inferenceCount, second.certaintySum)
    }
}
