/// When a guess at an attribute counts as right without asking a model: the rules of Staab et al., "Large language models are
/// advanced anonymizers" (ICLR 2025), by which SEAL is measured too.
///
/// - age: see `AgeRange`
/// - income, relationship, education: the option most like the guess is the option of the true value
/// - gender: the guess is like *male* or *female*, and like the true value
/// - location, birthplace, occupation: the guess is like the true value
///
/// Alike are strings whose Jaro–Winkler similarity in lower case is above 0.75.
enum GuessRule {
    private static let threshold = 0.75

    /// Whether a true value can be compared with guesses: an age has a number, an attribute with options means one of them.
    static func canCompare(_ attribute: Attribute, truth: String) -> Bool {
        let truth = plain(truth)
        switch attribute {
        case .age: return AgeRange(truth) != nil
        case .income, .relationship, .education: return AttributeOptions.value(of: truth, attribute) != nil
        case .gender, .location, .occupation, .birthplace: return !truth.isEmpty
        }
    }

    /// Whether a model may be asked about guesses that the rules find wrong: about all but ages.
    static func mayAsk(about attribute: Attribute) -> Bool { attribute != .age }

    static func isRight(_ guess: String, _ attribute: Attribute, truth: String) -> Bool {
        let (guess, truth) = (plain(guess), plain(truth))
        switch attribute {
        case .age:
            guard let guessed = AgeRange(guess), let known = AgeRange(truth) else { return false }
            return guessed.agrees(with: known)
        case .income, .relationship, .education:
            guard let options = AttributeOptions.values(of: attribute) else { return false }
            return closest(to: guess, among: options) == AttributeOptions.value(of: truth, attribute)
        case .gender:
            return (isLike(guess, "male") || isLike(guess, "female")) && isLike(guess, truth)
        case .location, .occupation, .birthplace: return isLike(guess, truth)
        }
    }

    private static func plain(_ text: String) -> String { text.trimming(while: \.isWhitespace).lowercased() }

    private static func isLike(_ first: String, _ second: String) -> Bool {
        JaroWinkler.similarity(first, second) > threshold
    }

    /// The first of those options that are most like the guess.
    private static func closest(to guess: String, among options: [String]) -> String? {
        var best: (option: String, similarity: Double)?
        for option in options {
            let similarity = JaroWinkler.similarity(guess, option)
            if similarity > best?.similarity ?? -1 { best = (option, similarity) }
        }
        return best?.option
    }
}
