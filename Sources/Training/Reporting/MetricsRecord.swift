import Files

/// One line of `metrics.jsonl`: what is known after an optimizer step.
public struct MetricsRecord: Sendable, Equatable {
    /// What a training step measures.
    public struct Training: Sendable, Equatable {
        /// The loss that was minimised, in nats a loss token (SFT) or a pair (DPO).
        public var loss: Double
        /// The norm over all gradients before clipping.
        public var gradNorm: Double
        /// The rate the step was taken with.
        public var learningRate: Double
        /// Tokens that carried loss.
        public var numLossTokens: Int
        /// Tokens of all rows.
        public var numTokens: Int
        /// Tokens that were computed for them: fewer where rows share beginnings.
        public var tokensComputed: Int
        /// Tokens of rows a second, whether computed for one row or shared.
        public var tokensPerSecond: Double
        /// The most memory the process has held so far, in bytes; nil where the system does not say.
        public var peakMemoryBytes: Int?

        /// All values of a step.
        public init(
            loss: Double, gradNorm: Double, learningRate: Double, numLossTokens: Int, numTokens: Int,
            tokensComputed: Int, tokensPerSecond: Double, peakMemoryBytes: Int?
        ) {
            self.loss = loss
            self.gradNorm = gradNorm
            self.learningRate = learningRate
            self.numLossTokens = numLossTokens
            self.numTokens = numTokens
            self.tokensComputed = tokensComputed
            self.tokensPerSecond = tokensPerSecond
            self.peakMemoryBytes = peakMemoryBytes
        }
    }

    /// What a DPO step or evaluation measures besides; means over its pairs, in nats.
    public struct Preference: Sendable, Equatable {
        /// β · (log-probability under the policy − under the reference) of the chosen completions.
        public var chosenReward: Double
        /// The same of the rejected completions.
        public var rejectedReward: Double
        /// Chosen less rejected reward.
        public var rewardMargin: Double
        /// The share of pairs whose margin is above 0.
        public var rewardAccuracy: Double
        /// Log-probability of the chosen completions under the policy.
        public var chosenLogProbability: Double
        /// The same of the rejected completions.
        public var rejectedLogProbability: Double

        /// All values of a step.
        public init(
            chosenReward: Double, rejectedReward: Double, rewardMargin: Double, rewardAccuracy: Double,
            chosenLogProbability: Double, rejectedLogProbability: Double
        ) {
            self.chosenReward = chosenReward
            self.rejectedReward = rejectedReward
            self.rewardMargin = rewardMargin
            self.rewardAccuracy = rewardAccuracy
            self.chosenLogProbability = chosenLogProbability
            self.rejectedLogProbability = rejectedLogProbability
        }
    }

    /// The optimizer steps behind the run; 0 before the first.
    public var step: Int
    /// The epochs behind the run, with the fraction of the present one.
    public var epoch: Double
    /// The step itself; nil for a line that only evaluates.
    public var training: Training?
    /// The step's pairs, in DPO.
    public var preference: Preference?
    /// What the held-out rows give, where they were evaluated: the loss in nats a loss token (SFT) or a pair (DPO).
    public var evaluation: ObjectiveMeasures?

    /// The loss on the held-out rows, where they were evaluated.
    public var evalLoss: Double? { evaluation?.loss }

    /// - Parameters:
    ///   - step: the optimizer steps behind the run.
    ///   - epoch: the epochs behind the run.
    ///   - training: the step itself.
    ///   - preference: the step's pairs, in DPO.
    ///   - evaluation: what the held-out rows give.
    public init(
        step: Int, epoch: Double, training: Training? = nil, preference: Preference? = nil,
        evaluation: ObjectiveMeasures? = nil
    ) {
        self.step = step
        self.epoch = epoch
        self.training = training
        self.preference = preference
        self.evaluation = evaluation
    }

    /// The record as one line of JSON, without a newline. Numbers read back as the same bits; one that is not finite,
    /// which JSON cannot say, is null.
    public var json: String {
        var members: [JSONValue.Member] = [.init("step", .number(step)), .init("epoch", .number(epoch))]
        if let training {
            members += [
                .init("loss", .number(training.loss)), .init("grad_norm", .number(training.gradNorm)),
                .init("learning_rate", .number(training.learningRate)),
                .init("num_loss_tokens", .number(training.numLossTokens)),
                .init("num_tokens", .number(training.numTokens)),
                .init("tokens_computed", .number(training.tokensComputed)),
                .init("tokens_per_second", .number(training.tokensPerSecond)),
                .init("peak_memory_bytes", training.peakMemoryBytes.map { .number($0) } ?? .null),
            ]
        }
        if let preference { members += preference.members(prefix: "") }
        if let evaluation {
            members.append(.init("eval_loss", .number(evaluation.loss)))
            members += evaluation.preference?.members(prefix: "eval_") ?? []
        }
        return JSONValue.object(members).compactText
    }
}

extension MetricsRecord.Preference {
    /// The values under TRL's names.
    fileprivate func members(prefix: String) -> [JSONValue.Member] {
        [
            .init(prefix + "rewards/chosen", .number(chosenReward)),
            .init(prefix + "rewards/rejected", .number(rejectedReward)),
            .init(prefix + "rewards/margins", .number(rewardMargin)),
            .init(prefix + "rewards/accuracies", .number(rewardAccuracy)),
            .init(prefix + "logps/chosen", .number(chosenLogProbability)),
            .init(prefix + "logps/rejected", .number(rejectedLogProbability)),
        ]
    }
}
