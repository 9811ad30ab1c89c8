extension Passage {
    /// A text of a persona: a topic, some sentences of it, and an author's way to type.
    static func drawn(for persona: Persona, _ random: inout SynthesisRandom) -> Passage {
        let topics = persona.language?.topics ?? Topic.all.filter { !persona.isStudent || $0.name != Topic.work.name }
        let topic = random.pick(topics)
        let values = persona.values(&random)
        let clues = chosenClues(topic.clues.filter { persona.fits($0) }, &random)
        let remarks = random.sample(topic.remarks, clues.isEmpty ? 3 : random.number(in: 0...min(3, clues.count)))
        var sentences = [Sentence.plain(random.pick(topic.openers))]
        if clues.count == 1, random.chance(20) { sentences = [] }
        for index in 0..<max(clues.count, remarks.count) {
            if index < clues.count { sentences.append(.clue(clues[index])) }
            if index < remarks.count { sentences.append(.plain(remarks[index])) }
        }
        let closer = random.pick(topic.closers)
        if !closer.isEmpty { sentences.append(.plain(closer)) }
        var passage = Passage(
            language: persona.language?.code ?? "en", sentences: sentences, values: values, style: persona.style)
        if let language = persona.language { passage.separator = language.separator }
        passage.decorate(&random)
        return passage
    }

    /// One to four clues about as many attributes; now and then none.
    private static func chosenClues(_ clues: [Clue], _ random: inout SynthesisRandom) -> [Clue] {
        let count = random.pick([0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4])
        var chosen: [Clue] = []
        for clue in random.sample(clues, clues.count) where chosen.count < count {
            if !chosen.contains(where: { $0.attribute == clue.attribute }) { chosen.append(clue) }
        }
        return chosen
    }

    private mutating func decorate(_ random: inout SynthesisRandom) {
        guard language == "en" else { return }
        for index in sentences.indices.dropFirst().dropLast() where !style.fillers.isEmpty && random.chance(15) {
            guard case .plain(let text) = sentences[index] else { continue }
            fillers[index] = random.pick(style.fillers)
            // The sentence goes on behind the filler.
            if !text.hasPrefix("I ") && !text.hasPrefix("I'") {
                sentences[index] = .plain(text.prefix(1).lowercased() + text.dropFirst())
            }
        }
        ending = random.pick(style.endings)
        if style == .lowercase, random.chance(30) { separator = "\n" }
    }
}

extension Persona {
    /// Whether the persona could say it.
    func fits(_ clue: Clue) -> Bool {
        let names = clue.template.names
        if age < clue.leastAge { return false }
        if let value = truth[clue.attribute], !clue.values.isEmpty, !clue.values.contains(value) { return false }
        if clue.attribute == .birthplace, !isFromElsewhere { return false }
        if names.contains("amount"), occupation.income == "No income" { return false }
        if isStudent, !names.isDisjoint(with: ["job", "workplace", "inField"]) { return false }
        return true
    }
}
