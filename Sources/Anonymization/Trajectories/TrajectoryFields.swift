import Files

/// The fields of one trajectory, read forgivingly; the report counts what was mended or dropped.
struct TrajectoryFields {
    let place: String
    var report: ReadingReport

    private mutating func drop<Value>(_ what: String) -> Value? {
        report.note(what, at: place)
        return nil
    }

    mutating func trajectory(_ json: JSONValue, number: Int) -> Trajectory? {
        guard let texts = (json["texts"] ?? json["rounds"])?.array, !texts.isEmpty else {
            return drop("trajectory dropped: texts is no list of texts")
        }
        // Its empty list of inferences would read as a text that gives nothing away.
        if texts[0]["failure"]?["role"]?.string == Role.adversary.rawValue {
            return drop("trajectory dropped: what can be inferred from its original is not known")
        }
        var states: [AnonymizationState] = []
        for text in texts {
            guard let state = state(text, isOriginal: states.isEmpty) else { return nil }
            states.append(state)
        }
        let profile = SourceColumns().profiles.lazy.compactMap { json[$0]?.scalarText }.first
        let id = json["id"]?.scalarText ?? "\(number)"
        return Trajectory(id: id, profile: profile ?? id, truth: truth(json["truth"]), states: states)
    }

    mutating func truth(_ json: JSONValue?) -> [Attribute: String] {
        var truth: [Attribute: String] = [:]
        for member in json?.members ?? [] where !member.value.isNull {
            guard let attribute = Attribute(named: member.key), let value = member.value.scalarText else {
                report.note("true value dropped: \(JSONValue.string(member.key).summary) is none of ours", at: place)
                continue
            }
            truth[attribute] = value
        }
        return truth
    }

    private mutating func state(_ json: JSONValue, isOriginal: Bool) -> AnonymizationState? {
        guard let text = json["text"]?.string, text.contains(where: { !$0.isWhitespace }) else {
            return drop("trajectory dropped: a text is missing or empty")
        }
        guard let values = json["privacy"]?.array else { return drop("trajectory dropped: privacy is no list") }
        var inferences: [Inference] = []
        for value in values {
            guard let attribute = value["type"]?.string.flatMap(Attribute.init(named:)) else {
                report.note("inference dropped: of none of the eight attributes", at: place)
                continue
            }
            guard let certainty = certainty(value["certainty"]) else {
                // Without it a text would pass for more private than it is.
                return drop("trajectory dropped: the certainty of an inference is no number from 1 to 5")
            }
            guard let inference = inference(value, of: attribute, certainty: certainty) else { continue }
            if inferences.contains(where: { $0.attribute == inference.attribute }) {
                report.note("inference dropped: a second one of the same attribute", at: place)
            } else {
                inferences.append(inference)
            }
        }
        if isOriginal, json["utility"]?.isNull != false {
            return AnonymizationState(text: text, inferences: inferences, judgement: .original)
        }
        guard let judgement = judgement(json["utility"], explanations: json["utility_explanation"]) else { return nil }
        return AnonymizationState(text: text, inferences: inferences, judgement: judgement)
    }

    private mutating func inference(_ json: JSONValue, of attribute: Attribute, certainty: Int) -> Inference? {
        let written = json["guess"].map { $0.array ?? [$0] } ?? []
        if written.contains(where: { $0.string == nil && $0.scalarText != nil }) {
            report.note("guess that is a number read as text", at: place)
        }
        let guesses = written.compactMap(\.scalarText).map(RoleReply.cleanedGuess).filter { !$0.isEmpty }
        guard !guesses.isEmpty else { return drop("inference dropped: without a guess") }
        if guesses.count > Inference.mostGuesses {
            report.note("guesses after the third dropped", at: place)
        }
        return Inference(
            attribute, reasoning: json["inference"]?.string ?? "",
            guesses: Array(guesses.prefix(Inference.mostGuesses)), certainty: certainty)
    }

    private mutating func certainty(_ json: JSONValue?) -> Int? {
        guard let text = json?.scalarText, let certainty = RoleReply.certainty(text) else { return nil }
        if Int(text) == nil { report.note("certainty written as something like \"3.\" mended", at: place) }
        return certainty
    }

    private mutating func judgement(_ json: JSONValue?, explanations: JSONValue?) -> UtilityJudgement? {
        func part(_ name: String, in range: ClosedRange<Int>) -> UtilityJudgement.Part? {
            guard let value = json?[name] ?? json?[name + "s"] else { return nil }
            guard let score = RoleReply.score(value, in: range) else { return nil }
            if (value["score"] ?? value).scalarText.flatMap({ Int($0) }) == nil {
                report.note("score written as something like \"8/10\" mended", at: place)
            }
            let explanation = (value["explanation"] ?? explanations?[name] ?? explanations?[name + "s"])?.string
            return UtilityJudgement.Part(score: score, explanation: explanation ?? "")
        }
        guard let readability = part("readability", in: 1...10), let meaning = part("meaning", in: 1...10),
            let hallucination = part("hallucination", in: 0...1)
        else { return drop("trajectory dropped: a score of utility is missing or out of range") }
        return UtilityJudgement(readability: readability, meaning: meaning, hallucination: hallucination)
    }
}

extension JSONValue {
    /// A string, or a number as it was written.
    var scalarText: String? {
        switch content {
        case .string(let text): text
        case .number(let literal): literal
        default: nil
        }
    }
}
