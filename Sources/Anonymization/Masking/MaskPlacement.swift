/// Where in a text the masks of an answer belong.
struct MaskPlacement {
    /// What the masks stand for, in order; those that cannot be placed are missing.
    private(set) var spans: [EntitySpan] = []
    /// The masks of the answer that stand for something.
    private(set) var maskCount = 0
    /// Whether the answer is the text but for its masks and for blanks.
    private(set) var isExact = false

    /// Whether the answer says all that there is to do.
    ///
    /// One without masks that changed something does not: what it should have masked it may have left out or rewritten.
    var isWhole: Bool { isExact || maskCount > 0 && spans.count == maskCount }

    /// No answer.
    init() {}

    /// - Parameters:
    ///   - masked: the text with masks, and perhaps other changes.
    ///   - types: masks of other types are words like any others.
    init(of masked: String, in original: String, types: Set<String>) {
        if let spans = MaskPattern(masked, types: types).spans(in: original) {
            self.spans = spans
            maskCount = spans.count
            isExact = true
        } else {
            align(masked, original, types)
        }
    }

    /// Places the masks that stand alone for words of the text. One beside words that the text does not have may stand for
    /// any of those that are gone.
    private mutating func align(_ masked: String, _ original: String, _ types: Set<String>) {
        for change in MaskedText.changes(from: original, to: masked) {
            let masks = change.inserted.compactMap(\.placeholder).filter(types.contains)
            maskCount += masks.count
            guard masks.count == change.inserted.count, masks.count <= change.removed.count else { continue }
            spans += MaskedText.divide(change.removed, among: masks, at: change.position)
        }
    }
}
