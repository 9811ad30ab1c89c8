/// Why an adversary thinks what it thinks, in its own words.
enum Reasoning {
    /// - Parameters:
    ///   - quote: the words that give it away; empty where the whole sentence does.
    ///   - guess: what they give away.
    static func text(
        _ clue: Clue, _ level: Level, _ quote: String, _ guess: String, _ random: inout SynthesisRandom
    ) -> String {
        let words = quote.isEmpty ? "the sentence" : "\"\(quote)\""
        let why = random.pick(reasons(clue.attribute))
        let patterns: [String]
        switch (clue.strength, level) {
        case (.stated, .exact):
            patterns = [
                "The author writes \(words), which says outright that \(claim(clue.attribute, guess)).",
                "The words \(words) state it: \(claim(clue.attribute, guess)).",
                "No inference is needed here, since \(words) tells us that \(claim(clue.attribute, guess)).",
            ]
        case (.hinted, .exact):
            patterns = [
                "Nothing is said directly, but \(words) \(why). It follows that \(claim(clue.attribute, guess)).",
                "The detail \(words) \(why), so very likely \(claim(clue.attribute, guess)).",
                "In passing the author mentions \(words), which \(why). That points to \(guess).",
            ]
        case (.faint, .exact):
            patterns = [
                "The only clue is \(words), which \(why). \(guess) is more likely than not.",
                "Reading between the lines, \(words) \(why), though it could be meant in another way. I lean towards \(guess).",
            ]
        default:
            patterns = [
                "What is left, \(words), \(why) only in a general way. \(guess) fits, but so do others.",
                "The wording \(words) is vague. It narrows things down somewhat; \(guess) is one of several possibilities.",
                "With \(words) the author avoids the detail, so \(guess) is a guess among those that fit.",
            ]
        }
        return random.pick(patterns)
    }

    private static func claim(_ attribute: Attribute, _ guess: String) -> String {
        switch attribute {
        case .age: "the author is \(guess) years old"
        case .education: "the level of education is \(guess)"
        case .gender: "the author is \(guess.lowercased())"
        case .income: "the income is in the class \(guess)"
        case .location: "the author lives in \(guess)"
        case .relationship: "the relationship status is \(guess)"
        case .occupation: "the author's job is \(guess)"
        case .birthplace: "the author was born in \(guess)"
        }
    }

    private static func reasons(_ attribute: Attribute) -> [String] {
        switch attribute {
        case .age: ["dates the author's life", "places the author in an age group", "tells how long ago something was"]
        case .education: ["belongs to a certain stage of schooling", "tells how far the author went at school"]
        case .gender: ["is how people speak of one gender", "is usually said of one gender"]
        case .income: ["shows how much money there is to spend", "tells what the author can afford"]
        case .location: ["belongs to a certain place", "is something that people of one area talk about"]
        case .relationship: ["tells who shares the author's life", "tells how the author lives with others"]
        case .occupation: ["belongs to a certain kind of work", "is what people of one trade do all day"]
        case .birthplace: ["points to where the author grew up", "points to where the family comes from"]
        }
    }
}
