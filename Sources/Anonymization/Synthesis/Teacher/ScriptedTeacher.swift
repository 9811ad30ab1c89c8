/// Anonymizes a passage as a strong model would, one round after the other, and makes worse attempts too.
struct ScriptedTeacher {
    let persona: Persona
    let passage: Passage
    let seed: UInt64

    /// The least certainty of an inference that is acted on.
    static let certainty = 3

    private func state(_ passage: Passage) -> AnonymizationState {
        AnonymizationState(
            text: passage.rendered().text,
            inferences: ScriptedAdversary(persona: persona, passage: passage, seed: seed).inferences(),
            judgement: ScriptedJudge.judgement(of: passage))
    }

    /// The original, then in each round the most certain of what can be inferred in more general words, until nothing can
    /// be inferred with enough certainty.
    private func rounds() -> [Passage] {
        var rounds = [passage]
        while let next = next(after: rounds[rounds.count - 1]) { rounds.append(next) }
        return rounds
    }

    private func next(after passage: Passage) -> Passage? {
        let certainties = passage.clueIndices.map { ($0, certainty(passage, $0)) }
        guard let greatest = certainties.map(\.1).max(), greatest >= Self.certainty else { return nil }
        var next = passage
        for (index, certainty) in certainties where certainty == greatest {
            let level = passage.level(index) ?? .gone
            next.changes[index] = .level(level == .exact ? passage.softened(index) : .gone)
        }
        return next
    }

    private func certainty(_ passage: Passage, _ index: Int) -> Int {
        guard let clue = passage.clue(index), let level = passage.level(index) else { return 0 }
        return clue.strength.certainty(level)
    }

    /// The trajectory of the rounds.
    func trajectory(id: String) -> Trajectory {
        var states = rounds().map(state)
        states[0].judgement = .original
        return Trajectory(id: id, profile: persona.id, truth: truth, states: states)
    }

    /// What the text gives away, and nothing else, so that whoever measures with it has labels for all of it.
    var truth: [Attribute: String] {
        let attributes = state(passage).inferences.filter { $0.certainty >= Self.certainty }.map(\.attribute)
        return persona.truth.filter { attributes.contains($0.key) }
    }

    /// Worse attempts at the original: one that leaves the plainest clue, one that cuts too much, one that makes something
    /// up, one that masks. Each is the last of three states, behind the original and the last round, so that no pair of
    /// states leads from a text to details that it does not have. None where there is nothing to anonymize.
    func attempts(id: String) -> [Trajectory] {
        let good = rounds()
        guard good.count > 1 else { return [] }
        var random = SynthesisRandom(seed: seed, 77)
        let attempts = random.sample([insufficient, overEdited, invented, masked], 2).compactMap { $0(&random) }
        return attempts.enumerated().map { index, attempt in
            var states = [passage, good[good.count - 1], attempt].map(state)
            states[0].judgement = .original
            return Trajectory(id: "\(id)-attempt-\(index + 1)", profile: persona.id, truth: truth, states: states)
        }
    }

    /// The clue that says most.
    private var plainest: Int? {
        passage.clueIndices.max { (certainty(passage, $0), $1) < (certainty(passage, $1), $0) }
    }

    /// Changes all clues but the plainest one, and leaves out something harmless instead.
    private func insufficient(_ random: inout SynthesisRandom) -> Passage? {
        var attempt = passage
        let others = passage.clueIndices.filter { $0 != plainest }
        for index in others { attempt.changes[index] = .level(random.pick([passage.softened(index), .gone])) }
        let harmless = passage.sentences.indices.filter { passage.clue($0) == nil }
        guard !harmless.isEmpty else { return nil }
        attempt.changes[random.pick(harmless)] = .dropped
        return attempt
    }

    /// Leaves out most of the text, harmless sentences above all, and not the plainest clue.
    private func overEdited(_ random: inout SynthesisRandom) -> Passage? {
        var attempt = passage
        for index in passage.sentences.indices where index != plainest && random.chance(80) {
            attempt.changes[index] = .dropped
        }
        if let plainest { attempt.changes[plainest] = .level(passage.softened(plainest)) }
        guard let plainest, certainty(attempt, plainest) >= Self.certainty, attempt.changes.contains(.dropped) else {
            return nil
        }
        return attempt
    }

    /// Puts another city or job in the place of the author's.
    private func invented(_ random: inout SynthesisRandom) -> Passage? {
        let candidates = passage.clueIndices.filter { index in
            guard let clue = passage.clue(index), clue.strength == .stated else { return false }
            return clue.attribute == .location || clue.attribute == .occupation
        }
        guard passage.language == "en", let index = candidates.first else { return nil }
        var attempt = passage
        for other in passage.clueIndices where other != index {
            attempt.changes[other] = .level(passage.softened(other))
        }
        attempt.changes[index] = .invented
        let place = random.pick(Place.all.filter { $0 != persona.place && $0.country != persona.birthplace.country })
        let job = random.pick(Occupation.all.filter { $0 != persona.occupation })
        attempt.inventedValues = [
            "city": place.city, "country": place.country, "area": place.area, "job": job.withArticle,
        ]
        return attempt
    }

    /// Masks every clue but the plainest one.
    private func masked(_ random: inout SynthesisRandom) -> Passage? {
        let others = passage.clueIndices.filter { $0 != plainest }
        guard !others.isEmpty else { return nil }
        var attempt = passage
        for index in others { attempt.changes[index] = .masked }
        if let plainest, passage.clue(plainest)?.strength == .stated, passage.softened(plainest) == .vague {
            attempt.changes[plainest] = .level(.vague)
        }
        return attempt
    }
}
