import Files

extension Trajectory {
    /// The trajectory on one line, as `TrajectoryReader` reads it.
    public var jsonLine: String { json.compactText }

    package var json: JSONValue {
        .object([
            .init("id", .string(id)), .init("author", .string(profile)),
            .init("truth", .truth(truth)),
            .init("texts", .array(states.map(\.json))),
        ])
    }
}

extension JSONValue {
    /// What is true of an author, in the order of the attributes.
    static func truth(_ truth: [Attribute: String]) -> JSONValue {
        .object(truth.sorted { $0.key < $1.key }.map { Member($0.key.fileKey, .string($0.value)) })
    }
}

extension AnonymizationState {
    package var json: JSONValue {
        .object([
            .init("text", .string(text)), .init("privacy", .array(inferences.map(\.json))),
            .init("utility", judgement.json),
        ])
    }
}

extension Inference {
    package var json: JSONValue {
        .object([
            .init("type", .string(attribute.fileKey)), .init("inference", .string(reasoning)),
            .init("guess", .array(guesses.map(JSONValue.string))), .init("certainty", .number(certainty)),
        ])
    }
}

extension UtilityJudgement {
    package var json: JSONValue {
        func part(_ part: Part) -> JSONValue {
            .object([.init("explanation", .string(part.explanation)), .init("score", .number(part.score))])
        }
        return .object([
            .init("readability", part(readability)), .init("meaning", part(meaning)),
            .init("hallucinations", part(hallucination)),
        ])
    }
}
