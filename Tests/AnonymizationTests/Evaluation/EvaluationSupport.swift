import Tokenizers

@testable import Anonymization

extension RecordingModel {
    /// A model that answers by the instruction and the question alone.
    convenience init(_ answer: @escaping @Sendable (_ question: String) throws -> String) {
        self.init { request, _ in ChatReply(try answer(request.messages[1].content)) }
    }

    /// The model asked at most twice.
    var player: RolePlayer { RolePlayer(self, request: ChatRequest([]), parseRetries: 1) }
}

extension EvaluationSet {
    /// Texts with one label each, and one iteration.
    static func simple(
        truth: [[Attribute: String]], original: [[Inference]], iterations: [[[Inference]]], profiles: [String]? = nil
    ) -> EvaluationSet {
        let texts = truth.enumerated().map { index, truth in
            Text(id: "\(index)", profile: profiles?[index] ?? "\(index)", original: "text \(index)", truth: truth)
        }
        func versions(_ inferences: [[Inference]], _ suffix: String, _ judgement: UtilityJudgement) -> [Version] {
            inferences.enumerated().map {
                Version(text: "text \($0)\(suffix)", inferences: $1, judgement: judgement)
            }
        }
        let judgement = UtilityJudgement(
            readability: .init(score: 9), meaning: .init(score: 6), hallucination: .init(score: 1))
        let runs = iterations.enumerated().map { versions($1, " again \($0)", judgement) }
        return EvaluationSet(
            texts: texts,
            methods: [
                Method(name: "Original", kind: .original, runs: [versions(original, "", .original)]),
                Method(name: "Iteration 1", kind: .iteration, runs: runs),
            ])
    }
}

extension Inference {
    static func guess(_ attribute: Attribute, _ guesses: String...) -> Inference {
        Inference(attribute, reasoning: "", guesses: guesses, certainty: 3)
    }
}
