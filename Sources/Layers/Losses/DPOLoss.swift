import Diagnostics
import Tensors

/// A loss of direct preference optimisation: for each pair of completions, a function of how much likelier than under the
/// reference the chosen one is, and of the same of the rejected one.
///
/// With c and r the log-ratios log π(y|x) − log π_ref(y|x) of the two completions, n their numbers of tokens,
/// z = β·(c − r) and ε the label smoothing:
///
/// | kind | loss of a pair | from |
/// |---|---|---|
/// | sigmoid | −(1−ε)·log σ(z) − ε·log σ(−z) | Rafailov et al., arXiv 2305.18290; ε as in "conservative DPO" |
/// | sigmoidNorm | the same, with z = β·(c/n_c − r/n_r) | length-normalised DPO, Lambert et al., arXiv 2411.15124 |
/// | hinge | max(0, 1 − z) | Zhao et al., arXiv 2305.10425 |
/// | ipo | (c/n_c − r/n_r − 1/(2β))² | Azar et al., arXiv 2310.12036, for means over tokens |
/// | robust | (−(1−ε)·log σ(z) + ε·log σ(−z)) / (1−2ε) | Chowdhury et al., arXiv 2403.00409 |
///
/// All are TRL's, but that TRL's sigmoid losses have no label smoothing.
public struct DPOLoss: Sendable, Equatable {
    /// Which function of the log-ratios; raw values are TRL's names.
    public enum Kind: String, Sendable, CaseIterable {
        case sigmoid, hinge, ipo, robust
        case sigmoidNorm = "sigmoid_norm"

        /// Whether label smoothing is a part of it.
        public var takesLabelSmoothing: Bool {
            switch self {
            case .sigmoid, .sigmoidNorm, .robust: true
            case .hinge, .ipo: false
            }
        }
    }

    /// Which function of the log-ratios.
    public let kind: Kind
    /// How strongly the policy is held to the reference; above 0.
    public let beta: Double
    /// The share of pairs taken to be labelled the wrong way round, from 0 to 0.5; below it for `robust`.
    public let labelSmoothing: Double

    /// - Parameters:
    ///   - kind: which function of the log-ratios.
    ///   - beta: how strongly the policy is held to the reference; above 0.
    ///   - labelSmoothing: from 0 to 0.5; below it for `robust`, and 0 for losses that have none.
    public init(_ kind: Kind, beta: Double, labelSmoothing: Double = 0) {
        require(beta > 0, "DPOLoss: beta \(beta)")
        require(
            labelSmoothing == 0
                || kind.takesLabelSmoothing && labelSmoothing > 0
                    && (labelSmoothing < 0.5 || labelSmoothing == 0.5 && kind != .robust),
            "DPOLoss: label smoothing \(labelSmoothing) with \(kind.rawValue)")
        self.kind = kind
        self.beta = beta
        self.labelSmoothing = labelSmoothing
    }

    /// The loss of every pair.
    ///
    /// - Parameters:
    ///   - chosenLogRatios: log π − log π_ref of the chosen completions, summed over their tokens, in nats: float32 [pairs].
    ///   - rejectedLogRatios: the same of the rejected completions.
    ///   - chosenTokenCounts: tokens of the chosen completions, float32 [pairs].
    ///   - rejectedTokenCounts: the same of the rejected completions.
    /// - Returns: float32 [pairs].
    public func callAsFunction(
        chosenLogRatios: Tensor, rejectedLogRatios: Tensor, chosenTokenCounts: Tensor, rejectedTokenCounts: Tensor
    ) -> Tensor {
        func difference() -> Tensor { chosenLogRatios - rejectedLogRatios }
        func meanDifference() -> Tensor {
            chosenLogRatios / chosenTokenCounts - rejectedLogRatios / rejectedTokenCounts
        }
        switch kind {
        case .sigmoid: return smoothed(difference() * Float(beta), flipped: labelSmoothing)
        case .sigmoidNorm: return smoothed(meanDifference() * Float(beta), flipped: labelSmoothing)
        case .hinge: return relu(1 - difference() * Float(beta))
        case .ipo:
            let distance = meanDifference() - Float(1 / (2 * beta))
            return distance * distance
        case .robust:
            return smoothed(difference() * Float(beta), flipped: -labelSmoothing) / Float(1 - 2 * labelSmoothing)
        }
    }

    /// −(1 − ε)·log σ(z) − share·log σ(−z), the share being ε or −ε.
    private func smoothed(_ z: Tensor, flipped share: Double) -> Tensor {
        let kept = -logSigmoid(z) * Float(1 - labelSmoothing)
        return share == 0 ? kept : kept - logSigmoid(-z) * Float(share)
    }
}
