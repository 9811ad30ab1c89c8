/// A text of a made-up author, with what it gives away and what a mask would have to cover.
struct SyntheticText {
    let persona: Persona
    let passage: Passage
    let source: SourceText
    private let seed: UInt64

    /// Text number `index` of a profile.
    init(_ persona: Persona, profile: Int, index: Int, seed: UInt64) {
        var random = SynthesisRandom(seed: seed, 2, profile, index)
        self.persona = persona
        self.seed = random.next()
        passage = Passage.drawn(for: persona, &random)
        let rendered = passage.rendered()
        let teacher = ScriptedTeacher(persona: persona, passage: passage, seed: self.seed)
        source = SourceText(
            id: "\(persona.id)-\(index + 1)", profile: persona.id, text: rendered.text, truth: teacher.truth,
            spans: rendered.spans.inOrder())
    }

    private var teacher: ScriptedTeacher { ScriptedTeacher(persona: persona, passage: passage, seed: seed) }

    /// The teacher's rounds and, for every second text, worse attempts.
    var trajectories: [Trajectory] {
        [teacher.trajectory(id: source.id)] + (seed % 2 == 0 ? teacher.attempts(id: source.id) : [])
    }

    /// A request to hide one or two attributes and nothing else, and the text as the teacher would give it back; nil for a
    /// text that gives nothing away.
    var rewriting: (attributes: [Attribute], passage: Passage, text: String)? {
        var random = SynthesisRandom(seed: seed, 78)
        let clues = random.sample(passage.clueIndices, random.number(in: 1...2))
        guard !clues.isEmpty else { return nil }
        let hidden = Set(clues.compactMap { passage.clue($0)?.attribute })
        var rewritten = passage
        for index in passage.clueIndices {
            guard let clue = passage.clue(index) else { continue }
            // A clue to something else that tells of the gender too is only softened.
            if hidden.contains(clue.attribute) {
                rewritten.changes[index] = .level(clue.strength == .stated ? .gone : passage.softened(index))
            } else if hidden.contains(.gender), clue.namesPartner {
                rewritten.changes[index] = .level(passage.softened(index))
            }
        }
        return (hidden.sorted(), rewritten, rewritten.rendered().text)
    }
}
