/// How text is cut into words before byte-pair encoding.
///
/// Every rule covers any text without gaps; a word never reaches over a special token.
enum SplitRule: String, CaseIterable, Sendable {
    /// GPT-2's: contractions in lower case, letters, numbers and the rest each with the space before them, and runs of
    /// white space, of which the last one stays with the next word.
    case gpt2
    /// SmolLM2's: every number character is a word of its own, and what lies between is cut by GPT-2's rule.
    case singleDigits
    /// Llama-3's: contractions in any case, numbers in groups of up to three, line ends with the punctuation before them.
    case llama3

    /// Llama-3's rule as its `tokenizer.json` and its Python code write it.
    static let publishedLlama3Pattern =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
        + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#

    /// The rule as a PCRE2 pattern whose successive matches are the words.
    var pattern: String {
        let spaces = CharacterClasses.spaces
        let letters = CharacterClasses.letters
        let numbers = CharacterClasses.numbers
        let digits = CharacterClasses.digits
        switch self {
        case .gpt2:
            return "'s|'t|'re|'ve|'m|'ll|'d| ?[\(letters)]+| ?[\(numbers)]+| ?[^\(spaces)\(letters)\(numbers)]+"
                + "|[\(spaces)]+(?![^\(spaces)])|[\(spaces)]+"
        case .singleDigits:
            // A digit ends the text around it, so white space before one has nothing to leave its last character to.
            return "[\(digits)]|'s|'t|'re|'ve|'m|'ll|'d| ?[\(letters)]+| ?[^\(spaces)\(letters)\(digits)]+"
                + "|[\(spaces)]+(?![^\(spaces)\(digits)])|[\(spaces)]+"
        case .llama3:
            return #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\#(letters)\#(numbers)]?[\#(letters)]+|[\#(numbers)]{1,3}"#
                + #"| ?[^\#(spaces)\#(letters)\#(numbers)]+[\r\n]*|[\#(spaces)]*[\r\n]+"#
                + #"|[\#(spaces)]+(?![^\#(spaces)])|[\#(spaces)]+"#
        }
    }
}
