import Files

extension RoleReply {
    /// A judgement as `RolePrompt.judge` asks for it: one JSON object on one line.
    public static func answer(_ judgement: UtilityJudgement) -> String {
        func part(_ part: UtilityJudgement.Part) -> JSONValue {
            .object([.init("explanation", .string(part.explanation)), .init("score", .number(part.score))])
        }
        return JSONValue.object([
            .init("readability", part(judgement.readability)), .init("meaning", part(judgement.meaning)),
            .init("hallucination", part(judgement.hallucination)),
        ]).compactText
    }

    /// Reads an answer to `RolePrompt.judge`: the JSON object in it, whatever stands around it.
    ///
    /// - Throws: `ReplyError` where there is no JSON object, or a score is missing or out of its range.
    public static func judgement(in reply: String) throws(ReplyError) -> UtilityJudgement {
        let content = content(of: reply)
        guard let start = content.firstIndex(of: "{"), let end = content.lastIndex(of: "}"), start < end else {
            throw ReplyError("expected a JSON object, found none")
        }
        let json = try object(content[start...end])
        func part(_ name: String, in range: ClosedRange<Int>) throws(ReplyError) -> UtilityJudgement.Part {
            let value = json[name] ?? json[name + "s"]
            guard let number = value.flatMap({ score($0, in: range) }) else {
                throw ReplyError(
                    "\(name): expected a score from \(range.lowerBound) to \(range.upperBound), "
                        + "found \((value?["score"] ?? value)?.summary ?? "nothing")")
            }
            return UtilityJudgement.Part(score: number, explanation: value?["explanation"]?.string ?? "")
        }
        return UtilityJudgement(
            readability: try part("readability", in: 1...10), meaning: try part("meaning", in: 1...10),
            hallucination: try part("hallucination", in: 0...1))
    }

    /// - Throws: `ReplyError` for what is no JSON even where strings hold stray quotation marks.
    private static func object(_ text: Substring) throws(ReplyError) -> JSONValue {
        if let json = try? JSONValue(parsing: Array(text.utf8), file: "answer") { return json }
        do {
            return try JSONValue(parsing: Array(StrayQuotes.escaped(text).utf8), file: "answer")
        } catch {
            throw ReplyError("expected a JSON object: \(error)")
        }
    }

    /// A score by itself or under `score`: a number in the range, as in `8`, `"8."`, `8/10` or `8.0`, and `true` for 1 and
    /// `false` for 0 under `score` in a range that begins at 0.
    ///
    /// A truth value by itself, as in `"hallucination": true`, may as well mean that something was invented; it is nil.
    static func score(_ part: JSONValue, in range: ClosedRange<Int>) -> Int? {
        if range.lowerBound == 0, case .bool(let isOne) = part["score"]?.content { return isOne ? 1 : 0 }
        let sides = (part["score"] ?? part).scalarText?.split(separator: "/", maxSplits: 1).map(String.init) ?? []
        guard let first = sides.first, let number = wholeNumber(first), range ~= number,
            sides.dropFirst().allSatisfy({ wholeNumber($0) == range.upperBound })
        else { return nil }
        return number
    }
}
