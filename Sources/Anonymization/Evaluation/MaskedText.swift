/// Texts with placeholders such as `<PERSON>` in the place of what they name.
enum MaskedText {
    /// A type as placeholders and scores have it: `creative-work` is `CREATIVE_WORK`, and so is `CREATIVE_WORK_2`.
    static func typeName(_ type: String) -> String {
        var words = type.uppercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        if words.count > 1, words[words.count - 1].allSatisfy(\.isNumber) { words.removeLast() }
        return words.joined(separator: "_")
    }

    /// The text with `<TYPE>` in the place of every span. Of spans that overlap, the first and longest is masked.
    static func mask(_ text: String, _ spans: [EntitySpan]) -> String {
        let scalars = Array(text.unicodeScalars)
        var masked = String.UnicodeScalarView()
        var position = 0
        for span in spans.inOrder() where span.range.lowerBound >= position && span.range.upperBound <= scalars.count {
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
        let (old, new) = (MaskToken.all(in: original), MaskToken.all(in: masked))
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in new.map(\.content).difference(from: old.map(\.content)) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var spans: [EntitySpan] = []
        var (first, second) = (0, 0)
        while first < old.count || second < new.count {
            let (firstStart, secondStart) = (first, second)
            while removed.contains(first) { first += 1 }
            while inserted.contains(second) { second += 1 }
            let types = new[secondStart..<second].compactMap(\.placeholder)
            let words = old[firstStart..<first]
            let position =
                words.first?.range.lowerBound ?? (firstStart < old.count ? old[firstStart].range.lowerBound : 0)
            spans += tiling(words, by: types, expected) ?? divide(words, among: types, at: position)
            first += 1
            second += 1
        }
        return spans
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

    private static func divide(
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

/// A word, a placeholder or a single other character; blanks are none.
struct MaskToken {
    let content: String
    /// In Unicode scalars.
    let range: Range<Int>
    /// The placeholder's type, as `MaskedText.typeName` has it.
    let placeholder: String?

    private static let longestPlaceholder = 40
    private static let brackets: [(open: Unicode.Scalar, close: Unicode.Scalar)] = [("<", ">"), ("[", "]"), ("{", "}")]

    static func all(in text: String) -> [MaskToken] {
        let scalars = Array(text.unicodeScalars)
        var tokens: [MaskToken] = []
        var position = 0
        while position < scalars.count {
            if scalars[position].properties.isWhitespace {
                position += 1
                continue
            }
            let token = placeholder(scalars, at: position) ?? word(scalars, at: position)
            tokens.append(token)
            position = token.range.upperBound
        }
        return tokens
    }

    private static func word(_ scalars: [Unicode.Scalar], at start: Int) -> MaskToken {
        func isInWord(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar.properties.isGraphemeExtend
        }
        var end = start + 1
        if isInWord(scalars[start]) {
            while end < scalars.count, isInWord(scalars[end]) { end += 1 }
        }
        return MaskToken(content: string(scalars[start..<end]), range: start..<end, placeholder: nil)
    }

    /// Capital letters, digits and joiners between brackets, which may be double.
    private static func placeholder(_ scalars: [Unicode.Scalar], at start: Int) -> MaskToken? {
        guard let bracket = brackets.first(where: { $0.open == scalars[start] }) else { return nil }
        var first = start
        while first < scalars.count, scalars[first] == bracket.open { first += 1 }
        var last = first
        while last < scalars.count, last - first <= longestPlaceholder,
            scalars[last].properties.isUppercase || scalars[last].properties.numericType != nil
                || "_- ".unicodeScalars.contains(scalars[last])
        {
            last += 1
        }
        let end = last + (first - start)
        guard first < last, scalars[first].properties.isUppercase, end <= scalars.count,
            scalars[last..<end].allSatisfy({ $0 == bracket.close })
        else { return nil }
        return MaskToken(
            content: string(scalars[start..<end]), range: start..<end,
            placeholder: MaskedText.typeName(string(scalars[first..<last])))
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
