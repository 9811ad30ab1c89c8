/// A text to anonymize or to measure with, and what is known about it.
public struct SourceText: Sendable, Equatable {
    /// Names the text; no two texts of a file have the same.
    public var id: String
    /// Names the author. All texts of a profile are trained on, held out or drawn together.
    public var profile: String
    public var text: String
    /// What is true of the author, whether the text gives it away or not.
    public var truth: [Attribute: String]
    /// What the text gives away; nil where nobody has said so.
    public var labels: [Attribute: AttributeLabel]?
    /// What a mask has to cover, in the order of the text; nil where nobody has marked it.
    public var spans: [EntitySpan]?

    public init(
        id: String, profile: String, text: String, truth: [Attribute: String] = [:],
        labels: [Attribute: AttributeLabel]? = nil, spans: [EntitySpan]? = nil
    ) {
        self.id = id
        self.profile = profile
        self.text = text
        self.truth = truth
        self.labels = labels
        self.spans = spans
    }

    /// The true values of the attributes that the text gives away, or of all where nobody has said which.
    ///
    /// An attribute of hardness 0 is not given away.
    ///
    /// - Parameter certainty: the least certainty of a label; labels without one count.
    public func labelledTruth(certainty: Int) -> [Attribute: String] {
        guard let labels else { return truth }
        return truth.filter { attribute, _ in
            guard let label = labels[attribute], label.hardness != 0 else { return false }
            return label.certainty.map { $0 >= certainty } ?? true
        }
    }
}

/// How an attribute of the author shows in a text, as somebody who read it has noted.
public struct AttributeLabel: Sendable, Equatable {
    /// From 1, a blind guess, to 5, stated in the text; 0 where a reader found nothing.
    public var certainty: Int?
    /// From 1, stated, to 5, hidden; 0 where it does not show.
    public var hardness: Int?

    public init(certainty: Int? = nil, hardness: Int? = nil) {
        self.certainty = certainty
        self.hardness = hardness
    }
}

/// A stretch of a text that names something, such as a person.
public struct EntitySpan: Sendable, Equatable {
    /// What is named, as its file says it.
    public var type: String
    /// Where, counted in Unicode scalars from the beginning of the text.
    public var range: Range<Int>

    public init(type: String, range: Range<Int>) {
        self.type = type
        self.range = range
    }
}

extension Sequence where Element == EntitySpan {
    /// From the first to the last in the text; a span before those that lie inside it.
    func inOrder() -> [EntitySpan] {
        sorted {
            ($0.range.lowerBound, -$0.range.upperBound, $0.type) < ($1.range.lowerBound, -$1.range.upperBound, $1.type)
        }
    }
}
