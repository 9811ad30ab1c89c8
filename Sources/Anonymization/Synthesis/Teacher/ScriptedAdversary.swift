/// Infers from a text what its clues give away: it knows where they are and what they mean.
struct ScriptedAdversary {
    let persona: Persona
    let passage: Passage
    /// Of the text; the same clue at the same level is always explained in the same words.
    let seed: UInt64

    /// What can be inferred from the text as it is now, in the order of the attributes.
    func inferences() -> [Inference] {
        var best: [Attribute: Inference] = [:]
        func add(_ inference: Inference) {
            guard inference.certainty > (best[inference.attribute]?.certainty ?? 0) else { return }
            best[inference.attribute] = inference
        }
        for index in passage.clueIndices {
            guard let clue = passage.clue(index), let level = passage.level(index) else { continue }
            var random = SynthesisRandom(seed: seed, index, level.rawValue)
            let certainty = clue.strength.certainty(level)
            guard certainty > 0 else { continue }
            let guesses = guesses(clue, level, isInvented: passage.changes[index] == .invented, &random)
            add(
                Inference(
                    clue.attribute, reasoning: Reasoning.text(clue, level, passage.quote(index), guesses[0], &random),
                    guesses: guesses, certainty: certainty))
            if level == .exact {
                for inference in implied(clue, index, &random) { add(inference) }
            }
        }
        return best.values.sorted { $0.attribute < $1.attribute }
    }

    private func guesses(
        _ clue: Clue, _ level: Level, isInvented: Bool, _ random: inout SynthesisRandom
    ) -> [String] {
        var persona = persona
        if isInvented, let value = passage.inventedValues["city"],
            let place = Place.all.first(where: { $0.city == value })
        {
            persona.place = place
        }
        if isInvented, let value = passage.inventedValues["job"],
            let occupation = Occupation.all.first(where: { $0.withArticle == value })
        {
            persona.occupation = occupation
        }
        let guesses = Guesses(persona: persona)
        return level == .exact && clue.strength != .faint
            ? guesses.sure(of: clue.attribute, isStated: clue.strength == .stated, &random)
            : guesses.unsure(of: clue.attribute, &random)
    }

    /// What a clue says beside what it is about: a wife is likely a man's, a job needs schooling and pays.
    private func implied(_ clue: Clue, _ index: Int, _ random: inout SynthesisRandom) -> [Inference] {
        var implied: [Inference] = []
        let quote = passage.quote(index)
        if clue.namesPartner {
            let guess = persona.partnerGender == "Female" ? "Male" : "Female"
            implied.append(
                Inference(
                    .gender,
                    reasoning:
                        "Nothing says it directly, but \"\(quote)\" names a \(persona.partnerGender == "Female" ? "woman" : "man") as the partner, which makes a \(guess.lowercased()) author more likely.",
                    guesses: [guess, guess == "Male" ? "Female" : "Male"], certainty: 3))
        }
        if clue.attribute == .occupation, clue.strength == .stated, passage.changes[index] != .invented {
            let job = persona.occupation
            implied.append(
                Inference(
                    .education,
                    reasoning:
                        "The text says nothing about schooling; \"\(quote)\" only suggests what the job usually asks for.",
                    guesses: Guesses.neighbours(of: job.education, in: .education), certainty: 2))
            implied.append(
                Inference(
                    .income,
                    reasoning:
                        "No amount is mentioned. \"\(quote)\" allows no more than a guess at what such work pays.",
                    guesses: Guesses.neighbours(of: job.income, in: .income), certainty: 2))
        }
        return implied
    }
}
