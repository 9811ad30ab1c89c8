/// A masked text as a pattern: its words as they are, with anything in the place of its masks.
struct MaskPattern {
    private let types: [String]
    /// What stands before, between and behind the masks.
    private let literals: [[TextUnit]]

    /// - Parameter types: masks of other types are words like any others.
    init(_ masked: String, types: Set<String>) {
        let scalars = Array(masked.unicodeScalars)
        let masks = MaskToken.all(in: masked).filter { $0.placeholder.map(types.contains) ?? false }
        let starts = [0] + masks.map(\.range.upperBound)
        let ends = masks.map(\.range.lowerBound) + [scalars.count]
        self.types = masks.compactMap(\.placeholder)
        literals = zip(starts, ends).enumerated().map { index, range in
            var units = TextUnit.all(in: scalars[range.0..<range.1])
            if index == 0, units.first?.isBlank == true { units.removeFirst() }
            if index == masks.count, units.last?.isBlank == true { units.removeLast() }
            return units
        }
    }

    /// What the masks stand for in the text, or nil where anything but them and blanks differs.
    ///
    /// Where several stretches would do, each mask but the last stands for the shortest one.
    ///
    /// - Complexity: O(length of the text × length of the pattern), and in practice their sum.
    func spans(in original: String) -> [EntitySpan]? {
        let scalars = Array(original.unicodeScalars)
        var units = TextUnit.all(in: scalars[...])
        if units.first?.isBlank == true { units.removeFirst() }
        if units.last?.isBlank == true { units.removeLast() }
        let (first, last) = (literals[0], literals[literals.count - 1])
        guard units.starts(with: first) else { return nil }
        if types.isEmpty { return units.count == first.count ? [] : nil }
        let end = units.count - last.count
        guard end > first.count, units[end...].elementsEqual(last) else { return nil }
        var spans: [EntitySpan] = []
        var start = first.count
        // Masks with nothing between them share a stretch.
        var open: [String] = []
        for (index, type) in types.enumerated() {
            open.append(type)
            let behind = literals[index + 1]
            if behind.isEmpty, index + 1 < types.count { continue }
            let isLast = index + 1 == types.count
            guard start < end, let stop = isLast ? end : Self.place(of: behind, in: units[start..<end]),
                let found = Self.spans(of: open, over: units[start..<stop], in: scalars)
            else { return nil }
            spans += found
            start = stop + behind.count
            open = []
        }
        return spans
    }

    /// Where a literal begins that has more than a blank before it.
    private static func place(of literal: [TextUnit], in units: ArraySlice<TextUnit>) -> Int? {
        units.indices.dropFirst(units.first?.isBlank == true ? 2 : 1).first { units[$0...].starts(with: literal) }
    }

    /// The spans of masks side by side over a stretch; nil where there is too little for them.
    private static func spans(
        of types: [String], over stretch: ArraySlice<TextUnit>, in scalars: [Unicode.Scalar]
    ) -> [EntitySpan]? {
        var stretch = stretch
        if stretch.first?.isBlank == true { stretch.removeFirst() }
        if stretch.last?.isBlank == true { stretch.removeLast() }
        guard let first = stretch.first, let last = stretch.last else { return nil }
        let range = first.range.lowerBound..<last.range.upperBound
        let text = String(String.UnicodeScalarView(scalars[range]))
        if types.count == 1 {
            // A mask that was there before.
            if MaskToken.all(in: text).map(\.placeholder) == types { return [] }
            return [EntitySpan(type: types[0], range: range)]
        }
        let words = MaskToken.all(in: text)
        guard words.count >= types.count else { return nil }
        return MaskedText.divide(words[...], among: types, at: 0).map { span in
            EntitySpan(
                type: span.type,
                range: span.range.lowerBound + range.lowerBound..<span.range.upperBound + range.lowerBound)
        }
    }
}

/// A character of a text, or a run of blanks as one.
struct TextUnit: Equatable {
    let character: Character
    /// In Unicode scalars.
    private(set) var range: Range<Int>

    var isBlank: Bool { character == " " }

    static func == (first: TextUnit, second: TextUnit) -> Bool { first.character == second.character }

    /// - Parameter scalars: part of a text.
    static func all(in scalars: ArraySlice<Unicode.Scalar>) -> [TextUnit] {
        var units: [TextUnit] = []
        var position = scalars.startIndex
        for character in String(String.UnicodeScalarView(scalars)) {
            let range = position..<position + character.unicodeScalars.count
            position = range.upperBound
            if !character.isWhitespace {
                units.append(TextUnit(character: character, range: range))
            } else if units.last?.isBlank == true {
                units[units.count - 1].range = units[units.count - 1].range.lowerBound..<position
            } else {
                units.append(TextUnit(character: " ", range: range))
            }
        }
        return units
    }
}
