/// Whether a guess means the true value.
public enum GuessComparison: String, Sendable {
    case same = "yes"
    /// Not wrong, but less exact than the true value.
    case general
    case different = "no"
}

extension RoleReply {
    /// Reads an answer to `RolePrompt.compare`.
    ///
    /// - Throws: `ReplyError` where it is none of the three words.
    public static func comparison(in reply: String) throws(ReplyError) -> GuessComparison {
        let word = content(of: reply).trimming { !$0.isLetter }.lowercased()
        guard let comparison = GuessComparison(rawValue: word) else {
            throw ReplyError("expected yes, general or no, found \"\(word.prefix(40))\"")
        }
        return comparison
    }
}
