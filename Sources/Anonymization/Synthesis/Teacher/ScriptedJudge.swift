/// Judges an adapted text by what was changed in it.
///
/// Each change costs quarters of a point of meaning: 1 where a clue became vague, 2 where nothing of it is left, 3 where a
/// mask stands there, 5 for a sentence that is missing, 9 for a detail that is another than the author's.
enum ScriptedJudge {
    static func judgement(of passage: Passage) -> UtilityJudgement {
        let vague = passage.indices { $0 == .level(.vague) }
        let gone = passage.indices { $0 == .level(.gone) }
        let masked = passage.indices { $0 == .masked }
        let dropped = passage.indices { $0 == .dropped }
        let invented = passage.indices { $0 == .invented }
        let cost = vague.count + 2 * gone.count + 3 * masked.count + 5 * dropped.count + 9 * invented.count
        let readability = max(3, 10 - 2 * masked.count - (dropped.count > 1 ? 1 : 0) - (gone.count > 2 ? 1 : 0))
        return UtilityJudgement(
            readability: .init(
                score: readability, explanation: readable(masked: masked.count, dropped: dropped.count, passage)),
            meaning: .init(
                score: max(1, 10 - cost / 4), explanation: meaning(passage, vague + gone, masked, dropped, invented)),
            hallucination: .init(
                score: invented.isEmpty ? 1 : 0, explanation: hallucination(passage, invented)))
    }

    private static func readable(masked: Int, dropped: Int, _ passage: Passage) -> String {
        if masked > 0 {
            return masked == 1
                ? "The text reads well up to the mask in the middle of a sentence, which makes a reader stumble."
                : "Masks stand in the place of words in several sentences, so that a reader keeps stumbling."
        }
        if dropped > 1 {
            return "The sentences are sound, but they follow each other abruptly since others between them are missing."
        }
        return "The adapted text reads as easily as the original and keeps its tone."
    }

    private static func meaning(
        _ passage: Passage, _ general: [Int], _ masked: [Int], _ dropped: [Int], _ invented: [Int]
    ) -> String {
        var original = passage
        original.changes = passage.changes.map { _ in .level(.exact) }
        func both(_ index: Int) -> String {
            let (before, after) = (original.quote(index), passage.quote(index))
            return after.isEmpty ? "\"\(before)\" is gone" : "\"\(before)\" became \"\(after)\""
        }
        var parts: [String] = []
        if !general.isEmpty {
            let named = general.prefix(2).map(both).joined(separator: " and ")
            let rest =
                general.count > 2
                ? ", and \(general.count - 2 == 1 ? "one more detail is" : "\(general.count - 2) more details are") less exact"
                : ""
            parts.append("\(named)\(rest); what the text wants to say is still there.")
        }
        if !masked.isEmpty {
            parts.append("What \"\(original.quote(masked[0]))\" said can only be guessed from the mask.")
        }
        if !dropped.isEmpty {
            parts.append(
                dropped.count == 1
                    ? "One sentence of the original is missing."
                    : "\(dropped.count) sentences of the original are missing.")
        }
        if !invented.isEmpty { parts.append("\(both(invented[0])), which is not what the original says.") }
        guard let first = parts.first else { return "The adapted text says everything that the original says." }
        return first.prefix(1).uppercased() + (first.dropFirst() + parts.dropFirst().map { " " + $0 }.joined())
    }

    private static func hallucination(_ passage: Passage, _ invented: [Int]) -> String {
        guard let index = invented.first else {
            return passage.changes.allSatisfy({ $0 == .level(.exact) })
                ? "Nothing was added." : "Nothing was added; details are only less exact or left out."
        }
        return "\"\(passage.quote(index))\" is new: the original says something else."
    }
}

extension Passage {
    /// The sentences whose change is of a kind.
    func indices(_ isWanted: (Change) -> Bool) -> [Int] { changes.indices.filter { isWanted(changes[$0]) } }
}
