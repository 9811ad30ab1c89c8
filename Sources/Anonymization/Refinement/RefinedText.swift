/// A text with everything that its refinement went through.
public struct RefinedText: Sendable, Equatable {
    /// One version of the text.
    public struct Round: Sendable, Equatable {
        /// The text, what the adversary infers from it, protected or not, and how the judge finds it.
        public var state: AnonymizationState
        /// Why the round was lost; the state is then that of the round before.
        public var failure: RoundFailure?

        public init(_ state: AnonymizationState, failure: RoundFailure? = nil) {
            self.state = state
            self.failure = failure
        }
    }

    /// The original, and then one version a round. Never empty.
    public var rounds: [Round]
    /// Why a human should look at the result; empty where nothing speaks for that.
    public var reviewReasons: [ReviewReason]

    public var original: String { rounds[0].state.text }

    /// The last version.
    public var text: String { rounds[rounds.count - 1].state.text }
}

/// A role whose answer could not be had.
public struct RoundFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public var role: Role
    /// What was wrong with the last answer.
    public var reason: String

    public init(_ role: Role, reason: String) {
        self.role = role
        self.reason = reason
    }

    public var description: String { "\(role.rawValue): \(reason)" }
}

/// Why a human should look at a refined text.
public enum ReviewReason: Sendable, Equatable, CustomStringConvertible {
    /// There was nothing to refine.
    case emptyText
    /// It is not known what can be inferred from the original.
    case notExamined
    /// Attributes that can still be inferred, and how certainly.
    case stillInferable([Inference])
    case lowUtility(Double, floor: Double)
    /// The judge found something that the original does not say.
    case invention
    /// The number of the round, from 1 on; 0 for the original.
    case lostRound(Int, RoundFailure)
    /// Characters of the result for each of the original.
    case length(ratio: Double)

    public var description: String {
        switch self {
        case .emptyText: "the text is empty"
        case .notExamined: "what can be inferred from the text is not known"
        case .stillInferable(let inferences):
            "still inferable: "
                + inferences.map { "\($0.attribute.rawValue) (certainty \($0.certainty))" }.joined(separator: ", ")
        case .lowUtility(let utility, let floor): "utility \(hundredths(utility)) is below \(hundredths(floor))"
        case .invention: "the judge found something that the original does not say"
        case .lostRound(let number, let failure): "round \(number) was lost: \(failure)"
        case .length(let ratio): "the text is \(hundredths(ratio)) times as long as the original"
        }
    }

    private func hundredths(_ value: Double) -> String {
        let count = Int((value * 100).rounded())
        return "\(count / 100).\(count % 100 < 10 ? "0" : "")\(count % 100)"
    }
}
