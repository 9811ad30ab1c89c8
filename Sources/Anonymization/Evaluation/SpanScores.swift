/// How well masks cover what they have to, by type and in all.
public struct SpanScores: Sendable, Equatable {
    /// How many spans were found of those to be masked, and how many masks were right.
    public struct Counts: Sendable, Equatable {
        /// Masks.
        public var predicted = 0
        /// Spans that have to be masked.
        public var gold = 0
        /// Masks that are a gold span of their type, to the character.
        public var exact = 0
        /// Masks that share a character with a gold span of their type.
        public var overlappingPredicted = 0
        /// Gold spans that share a character with a mask of their type.
        public var overlappingGold = 0

        public init() {}

        static func += (total: inout Counts, part: Counts) {
            total.predicted += part.predicted
            total.gold += part.gold
            total.exact += part.exact
            total.overlappingPredicted += part.overlappingPredicted
            total.overlappingGold += part.overlappingGold
        }

        public var exactMeasure: Measure { Measure(hits: exact, of: predicted, found: exact, of: gold) }

        public var overlappingMeasure: Measure {
            Measure(hits: overlappingPredicted, of: predicted, found: overlappingGold, of: gold)
        }
    }

    /// Precision, recall and their harmonic mean; nil where there is nothing to divide by.
    public struct Measure: Sendable, Equatable {
        public let precision: Double?
        public let recall: Double?
        public let f1: Double?

        init(hits: Int, of predicted: Int, found: Int, of gold: Int) {
            let precision = predicted == 0 ? nil : Double(hits) / Double(predicted)
            let recall = gold == 0 ? nil : Double(found) / Double(gold)
            self.precision = precision
            self.recall = recall
            switch (precision, recall) {
            case (let precision?, let recall?):
                f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
            // Nothing was right where something should have been, or was, and the other is empty.
            case (nil, .some), (.some, nil): f1 = 0
            case (nil, nil): f1 = nil
            }
        }
    }

    /// In the order of the types' names.
    public private(set) var byType: [(type: String, counts: Counts)] = []

    public init() {}

    public static func == (first: SpanScores, second: SpanScores) -> Bool {
        first.byType.elementsEqual(second.byType, by: ==)
    }

    public var total: Counts {
        byType.reduce(into: Counts()) { $0 += $1.counts }
    }

    /// Counts one text's masks against what had to be masked.
    public mutating func count(predicted: [EntitySpan], gold: [EntitySpan]) {
        for type in Set((predicted + gold).map { MaskedText.typeName($0.type) }) {
            let masks = predicted.filter { MaskedText.typeName($0.type) == type }.map(\.range)
            let spans = gold.filter { MaskedText.typeName($0.type) == type }.map(\.range)
            var counts = Counts()
            counts.predicted = masks.count
            counts.gold = spans.count
            counts.exact = Set(masks).intersection(spans).count
            counts.overlappingPredicted = masks.count { mask in spans.contains { $0.overlaps(mask) } }
            counts.overlappingGold = spans.count { span in masks.contains { $0.overlaps(span) } }
            add(counts, to: type)
        }
    }

    private mutating func add(_ counts: Counts, to type: String) {
        if let index = byType.firstIndex(where: { $0.type >= type }), byType[index].type == type {
            byType[index].counts += counts
        } else {
            byType.insert((type, counts), at: byType.firstIndex { $0.type > type } ?? byType.endIndex)
        }
    }
}
