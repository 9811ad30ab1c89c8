/// A text with masks in the place of personal data.
public struct MaskingResult: Sendable, Equatable {
    public var original: String
    /// What the masks stand for, in the order of the text; offsets count Unicode scalars of the original.
    public var spans: [EntitySpan]
    /// Why a human should look at the result; empty where nothing speaks for that.
    public var reviewReasons: [MaskingReviewReason]

    public init(_ original: String, spans: [EntitySpan] = [], reviewReasons: [MaskingReviewReason] = []) {
        self.original = original
        self.spans = spans
        self.reviewReasons = reviewReasons
    }

    /// The original with `<TYPE>` in the place of every span, and nothing else changed.
    public var text: String { MaskedText.mask(original, spans) }
}

/// Why a human should look at a masked text.
public enum MaskingReviewReason: Sendable, Equatable, CustomStringConvertible {
    /// There was nothing to mask.
    case emptyText
    /// No answer could be used, so that nothing is masked.
    case notMasked(String)
    /// The answer changed more than it masked; of all that only the masks were taken.
    case otherChanges
    /// Masks of the answer whose place in the text is not known are not there.
    case lostMasks(Int, of: Int)
    /// A mask stands for so many characters.
    case longMask(Int)

    public var description: String {
        switch self {
        case .emptyText: "the text is empty"
        case .notMasked(let reason): "nothing is masked: \(reason)"
        case .otherChanges: "the answer changed more than it masked; only its masks were taken"
        case .lostMasks(let count, let total): "\(count) of \(total) masks could not be placed"
        case .longMask(let count): "a mask stands for \(count) characters"
        }
    }
}
