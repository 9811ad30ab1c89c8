/// A token that is found in the text before any splitting: a special token, or a word added to the vocabulary.
struct AddedToken: Sendable, Equatable {
    var id: Int32
    var content: String
    /// Control tokens are special: a caller may have them read as plain text, or left out when decoding.
    var isSpecial = true
    /// Whether it is looked for in the normalized text, after the tokens that are looked for in the text as it is.
    var isNormalized = false
    /// Whether the white space before it goes into it.
    var stripsLeft = false
    /// Whether the white space after it goes into it.
    var stripsRight = false
    /// Whether it counts only where no word character stands on either side.
    var isSingleWord = false
}
