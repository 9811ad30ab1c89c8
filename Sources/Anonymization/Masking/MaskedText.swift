/// Texts with placeholders such as `<PERSON>` in the place of what they name.
enum MaskedText {
    /// A type as placeholders and scores have it: `creative-work` is `CREATIVE_WORK`, and so is `CREATIVE_WORK_2`.
    static func typeName(_ type: String) -> String {
        var words = type.uppercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        if words.count > 1, words[words.count - 1].allSatisfy(\.isNumber) { words.removeLast() }
        return words.joined(separator: "_")
    }

    /// The spans that are masked, in order: of those that overlap, the first and longest.
    static func masks(_ text: String, _ spans: [EntitySpan]) -> [EntitySpan] {
        let length = text.unicodeScalars.count
        var position = 0
        return spans.inOrder().filter { span in
            guard span.range.lowerBound >= position, span.range.upperBound <= length else { return false }
            position = span.range.upperBound
            return true
        }
    }

    /// The text with `<TYPE>` in the place of every span that is masked.
    static func mask(_ text: String, _ spans: [EntitySpan]) -> String {
        let scalars = Array(text.unicodeScalars)
        var masked = String.UnicodeScalarView()
        var position = 0
        for span in masks(text, spans) {
            masked.append(contentsOf: scalars[position..<span.range.lowerBound])
            masked.append(contentsOf: "<\(typeName(span.type))>".unicodeScalars)
            position = span.range.upperBound
        }
        masked.append(contentsOf: scalars[position...])
        return String(masked)
    }

    /// The stretches of the original that placeholders of the masked text stand for.
    ///
    /// The texts are aligned word by word, so that other changes do no harm. Where placeholders stand side by side, nothing
    /// tells where one ends: they take the bounds of the expected spans if those are of the same types and cover the
    /// same words, and divide the words evenly otherwise. A placeholder that replaces nothing is an empty span.
    ///
    /// - Parameter expected: in the order of the text.
    static func spans(of masked: String, in original: String, expecting expected: [EntitySpan] = []) -> [EntitySpan] {
        changes(from: original, to: masked).flatMap { change in
            let types = change.inserted.compactMap(\.placeholder)
            return tiling(change.removed, by: types, expected)
                ?? divide(change.removed, among: types, at: change.position)
        }
    }

    /// A place where two texts differ.
    struct Change {
        /// Words of the first text.
        let removed: ArraySlice<MaskToken>
        /// What stands there in the second text.
        let inserted: ArraySlice<MaskToken>
        /// In Unicode scalars of the first text.
        let position: Int
    }

    /// Where two texts differ, word by word.
    static func changes(from original: String, to masked: String) -> [Change] {
        let (old, new) = (MaskToken.all(in: original), MaskToken.all(in: masked))
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in new.map(\.content).difference(from: old.map(\.content)) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var changes: [Change] = []
        var (first, second) = (0, 0)
        while first < old.count || second < new.count {
            let (firstStart, secondStart) = (first, second)
            while removed.contains(first) { first += 1 }
            while inserted.contains(second) { second += 1 }
            let words = old[firstStart..<first]
            if !words.isEmpty || second > secondStart {
                let position =
                    words.first?.range.lowerBound ?? (firstStart < old.count ? old[firstStart].range.lowerBound : 0)
                changes.append(Change(removed: words, inserted: new[secondStart..<second], position: position))
            }
            first += 1
            second += 1
        }
        return changes
    }

    /// The expected spans over the words, where there are several and they are of these types.
    private static func tiling(
        _ words: ArraySlice<MaskToken>, by types: [String], _ expected: [EntitySpan]
    ) -> [EntitySpan]? {
        guard types.count > 1, let start = words.first?.range.lowerBound, let end = words.last?.range.upperBound else {
            return nil
        }
        let inside = expected.filter { start <= $0.range.lowerBound && $0.range.upperBound <= end }
        guard inside.map({ typeName($0.type) }) == types, inside.first?.range.lowerBound == start,
            inside.last?.range.upperBound == end
        else { return nil }
        return inside
    }

    /// As many words for each mask, in order.
    static func divide(
        _ tokens: ArraySlice<MaskToken>, among types: [String], at position: Int
    ) -> [EntitySpan] {
        types.enumerated().map { index, type in
            let start = tokens.startIndex + tokens.count * index / types.count
            let end = tokens.startIndex + tokens.count * (index + 1) / types.count
            guard start < end else { return EntitySpan(type: type, range: position..<position) }
            return EntitySpan(type: type, range: tokens[start].range.lowerBound..<tokens[end - 1].range.upperBound)
        }
    }
}
