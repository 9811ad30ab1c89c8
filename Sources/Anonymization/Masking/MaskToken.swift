/// A word, a placeholder or a single other character, of scripts that put no blanks between words a letter; blanks are none.
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
            let standsAlone = isUnspaced(scalars[start])
            while end < scalars.count,
                standsAlone
                    ? scalars[end].properties.isGraphemeExtend : isInWord(scalars[end]) && !isUnspaced(scalars[end])
            {
                end += 1
            }
        }
        return MaskToken(content: string(scalars[start..<end]), range: start..<end, placeholder: nil)
    }

    /// Whether no blanks stand between words of the letter's script: ideographs, kana, and the scripts of Thailand, Laos,
    /// Myanmar and Cambodia.
    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x31F0...0x31FF: true
        default: scalar.properties.isIdeographic
        }
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
