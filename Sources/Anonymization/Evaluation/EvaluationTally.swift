/// What the measures of a method are computed from: sums, so that tallies of parts add up to that of the whole.
public struct EvaluationTally: Sendable, Equatable {
    private static let attributes = Attribute.allCases
    private static let labelsStart = attributes.count
    private static let scoresStart = 2 * attributes.count

    /// Right first guesses by attribute, labels by attribute, then the sums of meaning, readability and hallucination and the
    /// number of judged texts.
    private var sums = SIMD32<Int>.zero

    public init() {}

    /// Counts the first guess at an attribute that a text gives away.
    public mutating func count(_ attribute: Attribute, isRight: Bool) {
        let index = Self.index(attribute)
        if isRight { sums[index] += 1 }
        sums[Self.labelsStart + index] += 1
    }

    public mutating func count(_ judgement: UtilityJudgement) {
        sums[Self.scoresStart] += judgement.meaning.score
        sums[Self.scoresStart + 1] += judgement.readability.score
        sums[Self.scoresStart + 2] += judgement.hallucination.score
        sums[Self.scoresStart + 3] += 1
    }

    public static func += (total: inout EvaluationTally, part: EvaluationTally) { total.sums &+= part.sums }

    private static func index(_ attribute: Attribute) -> Int { attributes.firstIndex(of: attribute) ?? 0 }
}

extension EvaluationTally {
    /// The pairs of a text and an attribute that it gives away.
    public func labelCount(of attribute: Attribute) -> Int { sums[Self.labelsStart + Self.index(attribute)] }

    public var labelCount: Int { Self.attributes.reduce(0) { $0 + labelCount(of: $1) } }

    public var judgedCount: Int { sums[Self.scoresStart + 3] }

    /// The share of the labels of an attribute at which the adversary's first guess is right; nil where there are none.
    public func accuracy(of attribute: Attribute) -> Double? {
        Self.ratio(sums[Self.index(attribute)], labelCount(of: attribute))
    }

    /// The share of all labels at which the adversary's first guess is right, a micro-average over the attributes: the less,
    /// the more private. Nil where there are no labels.
    public var privacy: Double? {
        Self.ratio((0..<Self.labelsStart).reduce(0) { $0 + sums[$1] }, labelCount)
    }

    /// The mean of meaning/10; nil where nothing was judged.
    public var meaning: Double? { Self.ratio(sums[Self.scoresStart], 10 * judgedCount) }

    /// The mean of readability/10.
    public var readability: Double? { Self.ratio(sums[Self.scoresStart + 1], 10 * judgedCount) }

    /// The share of texts in which nothing was invented.
    public var hallucination: Double? { Self.ratio(sums[Self.scoresStart + 2], judgedCount) }

    /// The mean of meaning, readability and hallucination.
    public var utility: Double? {
        // Whole numbers up to one division.
        Self.ratio(
            sums[Self.scoresStart] + sums[Self.scoresStart + 1] + 10 * sums[Self.scoresStart + 2], 30 * judgedCount)
    }

    private static func ratio(_ part: Int, _ whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }
}

/// The figure that weighs privacy against utility.
public enum OverallScore {
    /// U − P/P₀, from −1 to 1: what the adversary lost, as a share of what the original gives away, less what the text lost in
    /// utility. The original has 0 (SEAL, section 4).
    ///
    /// - Parameters:
    ///   - privacy: P, the adversary's accuracy on the anonymized texts.
    ///   - utility: U, from 0 to 1.
    ///   - originalPrivacy: P₀, the adversary's accuracy on the originals.
    /// - Returns: nil where one of them is, and where the adversary gets nothing from the originals.
    public static func value(privacy: Double?, utility: Double?, originalPrivacy: Double?) -> Double? {
        guard let privacy, let utility, let originalPrivacy, originalPrivacy > 0 else { return nil }
        return utility - privacy / originalPrivacy
    }
}
