/// Answers in the three roles: how they are written for training, and how they are read from a model.
///
/// Reading forgives what does not change the meaning: a `<think>` block before the answer, a Markdown fence around it,
/// emphasis, capitals, a full stop or the highest score behind a number, quotation marks in JSON that nothing escapes.
public enum RoleReply {}

/// An answer that is not what the role asks for.
public struct ReplyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was expected and what was found, in words that a model can act on.
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

extension RoleReply {
    /// The answer by itself: without a `<think>` block before it and a Markdown fence around it.
    static func content(of reply: String) -> String {
        var reply = reply[...]
        if let end = reply.range(of: "</think>", last: true) { reply = reply[end.upperBound...] }
        var content = String(reply).trimming(while: \.isWhitespace)
        if content.hasPrefix("```"), content.hasSuffix("```"), let line = content.firstIndex(of: "\n") {
            content = String(content[content.index(after: line)...].dropLast(3)).trimming(while: \.isWhitespace)
        }
        return content
    }

    /// A number from 1 to 5, as in `4`, `"4."`, `4/5`, `4/5 (high)` or `4.0`.
    static func certainty(_ text: String) -> Int? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 1 || Int(parts[1].trimming(while: \.isWhitespace).prefix { $0.isNumber }) == 5 else {
            return nil
        }
        return wholeNumber(parts[0]).flatMap { 1...5 ~= $0 ? $0 : nil }
    }

    /// A whole number, perhaps with a full stop or a fraction of zero behind it.
    static func wholeNumber(_ text: String) -> Int? {
        let parts = text.trimming { $0.isWhitespace || $0 == "*" }.split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, let number = Int(whole),
            parts.dropFirst().allSatisfy({ $0.allSatisfy { $0 == "0" } })
        else { return nil }
        return number
    }

    /// A guess without blanks, quotation marks or emphasis around it, and without the full stop of a sentence behind it.
    static func cleanedGuess(_ guess: String) -> String {
        let cleaned = guess.trimming { $0.isWhitespace || $0 == "*" || $0 == "\"" }
        // The stop of an abbreviation stays.
        return cleaned.filter { $0 == "." }.count == 1 && cleaned.hasSuffix(".") ? String(cleaned.dropLast()) : cleaned
    }
}

extension Substring {
    fileprivate func range(of part: String, last: Bool) -> Range<Index>? {
        let ranges = ranges(of: part)
        return last ? ranges.last : ranges.first
    }
}
