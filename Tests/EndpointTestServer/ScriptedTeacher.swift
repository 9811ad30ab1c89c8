import Foundation

/// Plays anonymizer, adversary and judge, by the name of the model that is asked for: the adversary infers an attribute
/// from each clue that stands in a text, the anonymizer takes the first one away, and the judge is content.
public enum ScriptedTeacher {
    /// A word that gives an attribute away, and what the anonymizer puts in its place.
    private static let clues = [
        (word: "34 years old", attribute: "age", guess: "34", general: "an adult"),
        (word: "a nurse", attribute: "occupation", guess: "nurse", general: "in health care"),
        (word: "Oslo", attribute: "location", guess: "Oslo, Norway", general: "a city"),
    ]

    /// Different texts, every eighth without a clue.
    public static func text(_ index: Int) -> String {
        let chosen = clues.indices.filter { index >> $0 & 1 == 1 }.map { clues[$0].word }
        return "Number \(index) speaking. " + (chosen.isEmpty ? "Nice weather." : chosen.joined(separator: ", ") + ".")
    }

    /// A JSONL file of `count` texts.
    public static func texts(_ count: Int) -> String {
        (0..<count).map { #"{"id": "t\#($0)", "author": "p\#($0 / 3)", "text": "\#(text($0))"}"# + "\n" }.joined()
    }

    /// The answer to a request.
    public static func answer(_ request: EndpointTestServer.Request) -> EndpointTestServer.Answer {
        let question = request.contents.last { $0.contains("Text:\n") || $0.contains("Original:\n") } ?? ""
        switch request.json["model"] as? String {
        case "anonymizer": return .completion("#\n" + rewritten(text(in: question)))
        case "adversary": return .completion(inferences(from: text(in: question)))
        default:
            return .completion(
                """
                {"readability": {"explanation": "Clear.", "score": 9}, "meaning": {"explanation": "Most.", "score": 8}, \
                "hallucination": {"explanation": "None.", "score": 1}}
                """)
        }
    }

    /// The requests that `count` texts take, up to three rounds each.
    public static func requestCount(_ count: Int) -> Int {
        // The first inference, and rewriting, judging and inferring for every clue.
        (0..<count).reduce(0) { $0 + 1 + 3 * ($1 & 7).nonzeroBitCount }
    }

    private static func text(in question: String) -> String {
        let behind = question.split(separator: "Text:\n", maxSplits: 1, omittingEmptySubsequences: false).last ?? ""
        return String(behind.split(separator: "\n\nWhat the adversary", maxSplits: 1).first ?? "")
    }

    private static func rewritten(_ text: String) -> String {
        guard let clue = clues.first(where: { text.contains($0.word) }) else { return text }
        return text.replacingOccurrences(of: clue.word, with: clue.general)
    }

    private static func inferences(from text: String) -> String {
        let found = clues.filter { text.contains($0.word) }.map { clue in
            """
            Attribute: \(clue.attribute)
            Reasoning: The author says \(clue.word).
            Guesses: \(clue.guess)
            Certainty: 4
            """
        }
        return found.isEmpty ? "None" : found.joined(separator: "\n\n")
    }
}
