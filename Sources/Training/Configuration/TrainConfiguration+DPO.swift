import Files
import Layers

extension TrainConfiguration {
    /// The section `dpo`.
    public struct DPO: Sendable, Equatable {
        /// What is minimised; named as TRL names it.
        public enum LossType: String, Sendable, CaseIterable {
            case sigmoid, hinge, ipo, robust
            case sigmoidNorm = "sigmoid_norm"
            /// The mean cross-entropy of the chosen completions' tokens.
            case sft

            /// The loss of a pair that it stands for; nil for `sft`, which is one of single completions.
            public var pairLoss: DPOLoss.Kind? { DPOLoss.Kind(rawValue: rawValue) }
        }

        /// `beta`: how strongly the policy is held to the reference.
        public var beta = 0.1
        /// `loss_type`: what is minimised; of several, the sum.
        public var lossType = [LossType.sigmoid]
        /// `loss_weights`: the factor of each loss; nil: all 1.
        public var lossWeights: [Double]?
        /// `label_smoothing`: the share of pairs taken to be labelled the wrong way round, 0 to 0.5.
        public var labelSmoothing = 0.0

        /// Every default.
        public init() {}

        /// The losses of a pair, with their weights.
        var pairLosses: [(loss: DPOLoss, weight: Double)] {
            weighted.compactMap { type, weight in
                type.pairLoss.map { kind in
                    let smoothing = kind.takesLabelSmoothing ? labelSmoothing : 0
                    return (DPOLoss(kind, beta: beta, labelSmoothing: smoothing), weight)
                }
            }
        }

        /// The weight of the chosen completions' cross-entropy.
        var sftWeight: Double { weighted.reduce(0) { $0 + ($1.type == .sft ? $1.weight : 0) } }

        private var weighted: [(type: LossType, weight: Double)] {
            zip(lossType, lossWeights ?? lossType.map { _ in 1 }).map { ($0, $1) }
        }

        static var format: ConfigFormat<Self> {
            .section(
                DPO(),
                [
                    ConfigField("beta", \.beta, .positive()),
                    ConfigField("loss_type", \.lossType, .oneOrMore(of: LossType.allCases)),
                    ConfigField(
                        "loss_weights", \.lossWeights, ConfigFormat<[Double]>.list(of: .nonNegative()).orNull),
                    ConfigField(
                        "label_smoothing", \.labelSmoothing, .number("from 0 to 0.5") { (0...0.5).contains($0) }),
                ])
        }
    }
}

extension TrainConfiguration.DPO: CustomStringConvertible {
    /// What is minimised, such as `sigmoid + 0.5 · sft, beta 0.1`.
    public var description: String {
        let terms = weighted.map { $1 == 1 ? $0.rawValue : "\($1) · \($0.rawValue)" }
        return terms.joined(separator: " + ") + ", beta \(beta)"
            + (labelSmoothing == 0 ? "" : ", label smoothing \(labelSmoothing)")
    }
}
