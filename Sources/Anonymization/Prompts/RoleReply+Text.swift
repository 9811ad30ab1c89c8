extension RoleReply {
    /// A rewritten text as `RolePrompt.anonymize` asks for it.
    public static func answer(_ text: String) -> String { "#\n" + text }

    /// Reads an answer to `RolePrompt.anonymize`: what stands below the first line that holds nothing but `#`.
    ///
    /// - Throws: `ReplyError` where there is no such line, or nothing below it.
    public static func text(in reply: String) throws(ReplyError) -> String {
        let lines = content(of: reply).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard let mark = lines.firstIndex(where: { String($0).trimming(while: \.isWhitespace) == "#" }) else {
            throw ReplyError(
                "expected a line that holds nothing but # and the rewritten text below it, found no such line")
        }
        let text = lines[(mark + 1)...].joined(separator: "\n").trimming(while: \.isWhitespace)
        guard !text.isEmpty else {
            throw ReplyError("expected the rewritten text below the line with #, found nothing")
        }
        return text
    }
}
