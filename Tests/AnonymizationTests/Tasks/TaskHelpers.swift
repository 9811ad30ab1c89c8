import Tokenizers
import Training

@testable import Anonymization

/// A state of which only what the rules look at is given.
///
/// - Parameters:
///   - certainties: of inferences about as many attributes.
///   - points: of readability, meaning and hallucination.
func state(
    _ text: String, _ certainties: [Int], _ points: (Int, Int, Int) = (10, 10, 1)
) -> AnonymizationState {
    AnonymizationState(
        text: text,
        inferences: zip(Attribute.allCases, certainties).map {
            Inference($0, reasoning: "because of \(text)", guesses: ["x"], certainty: $1)
        },
        judgement: UtilityJudgement(
            readability: .init(score: points.0, explanation: "r"), meaning: .init(score: points.1, explanation: "m"),
            hallucination: .init(score: points.2, explanation: "h")))
}

/// Task options with nothing held out, changed.
func options(_ change: (inout TaskOptions) -> Void = { _ in }) -> TaskOptions {
    var options = TaskOptions()
    options.heldOut = 0
    change(&options)
    return options
}

extension TaskRow {
    /// The answer of a chat row.
    var answer: String? {
        if case .messages(let messages) = row { messages.last?.content } else { nil }
    }

    /// The last question of a row.
    var question: String? {
        switch row {
        case .messages(let messages): messages.dropLast().last?.content
        case .preference(.messages(let prompt), _, _): prompt.last?.content
        default: nil
        }
    }
}
