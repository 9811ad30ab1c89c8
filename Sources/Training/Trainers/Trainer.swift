import Distributed
import Layers
import Models
import Tensors

/// What one optimizer step did.
public struct StepResult: Sendable, Equatable {
    /// The loss that was minimised, in nats.
    public var loss: Double
    /// The norm of the gradient before clipping.
    public var gradientNorm: Double
    public var learningRate: Double
    /// Tokens with loss, over all micro-batches and ranks.
    public var lossTokenCount: Int
    /// Tokens of all rows, over all micro-batches and ranks.
    public var tokenCount: Int
    /// Tokens that were computed for them: fewer where rows share beginnings.
    public var computedTokenCount: Int
    /// Rewards and log-probabilities, where the examples are pairs.
    public var preference: MetricsRecord.Preference?
}

/// Why a step was not taken. The parameters are as they were before it.
public enum StepFailure: Error, Sendable, Equatable {
    /// The loss or the gradient is NaN or infinite.
    case nonFinite(quantity: String, value: Double)
    /// The B side of an adapter got a gradient of zeros in the first step: it takes no part in the loss.
    case noGradient(module: String)
}

/// Steps of a model's adapters towards an objective.
///
/// The objective sees the losses of all tokens that carry loss and says how much each counts; the rest is the same for
/// every method: sums over micro-batches and ranks, clipping, the update.
public struct Trainer {
    public let model: LlamaModel
    /// What the steps minimise.
    public var objective: any TrainingObjective
    public internal(set) var optimizer: AdamW
    private let maximumGradientNorm: Double
    private let communicator: any Communicator
    private let dropoutKey: RandomKey

    /// - Parameters:
    ///   - model: with adapters attached.
    ///   - objective: what the steps minimise.
    ///   - maximumGradientNorm: gradients are clipped to it; 0 leaves them.
    ///   - seed: of dropout.
    public init(
        model: LlamaModel, objective: any TrainingObjective = SFTObjective(), optimizer: AdamW,
        maximumGradientNorm: Double = 1, seed: UInt64 = 0, communicator: any Communicator = SingleProcess()
    ) {
        self.model = model
        self.objective = objective
        self.optimizer = optimizer
        self.maximumGradientNorm = maximumGradientNorm
        self.communicator = communicator
        dropoutKey = RandomKey(seed: seed).folding(1)
    }

    /// Takes one optimizer step.
    ///
    /// - Parameter streams: this rank's rows of the step, as many to a stream as there are to be computed at once.
    /// - Throws: `StepFailure`.
    public mutating func step(_ streams: [MicroBatch], learningRate: Double) throws(StepFailure) -> StepResult {
        let counts = communicator.sum([
            Double(streams.reduce(0) { $0 + $1.lossTokenCount }), Double(streams.reduce(0) { $0 + $1.rowTokenCount }),
            Double(streams.reduce(0) { $0 + $1.tokens.count }),
        ])
        let divisors = communicator.sum(objective.divisors(of: streams))
        var sums: [Tensor] = []
        var shares = ObjectiveSums()
        for (index, stream) in streams.enumerated() {
            let key = dropoutKey.folding(optimizer.stepCount).folding(communicator.rank).folding(index)
            let losses = model.tokenLosses(stream, dropoutKey: key)
            let share = objective.share(of: stream, losses: losses.floats, divisors: divisors)
            shares.add(share)
            let gradients = losses.gradients(of: model.parameters, upstream: Tensor(share.gradient))
            if sums.isEmpty {
                sums = gradients
            } else {
                for i in sums.indices { sums[i].accumulate(gradients[i]) }
            }
        }
        communicator.sum(sums)
        let measures = objective.measures(sums: communicator.sum(shares.sums), divisors: divisors)
        let norm = globalNorm(sums)
        guard measures.loss.isFinite else { throw .nonFinite(quantity: "loss", value: measures.loss) }
        guard norm.isFinite else { throw .nonFinite(quantity: "grad_norm", value: norm) }
        if optimizer.stepCount == 0, shares.haveGradient { try requireGradients(sums) }
        optimizer.step(
            gradients: sums, learningRate: learningRate,
            gradientScale: clippingScale(norm: norm, maximum: maximumGradientNorm))
        return StepResult(
            loss: measures.loss, gradientNorm: norm, learningRate: learningRate, lossTokenCount: Int(counts[0]),
            tokenCount: Int(counts[1]), computedTokenCount: Int(counts[2]), preference: measures.preference)
    }

    private func requireGradients(_ gradients: [Tensor]) throws(StepFailure) {
        for (index, adapter) in model.adapters.enumerated() where gradients[2 * index + 1].sumOfSquares == 0 {
            throw .noGradient(module: adapter.module)
        }
    }

    /// The measures of some streams, without dropout and without changing anything.
    ///
    /// - Parameter objective: what is measured; nil for what the steps minimise.
    public func evaluate(_ streams: [MicroBatch], by objective: (any TrainingObjective)? = nil) -> ObjectiveMeasures {
        let objective = objective ?? self.objective
        let divisors = objective.divisors(of: streams)
        var shares = ObjectiveSums()
        for stream in streams {
            let losses = noGradient { model.tokenLosses(stream) }
            shares.add(objective.share(of: stream, losses: losses.floats, divisors: divisors))
        }
        return objective.measures(sums: shares.sums, divisors: divisors)
    }
}

/// The sums of shares.
private struct ObjectiveSums {
    private(set) var sums: [Double] = []
    /// Whether any token's loss counts.
    private(set) var haveGradient = false

    mutating func add(_ share: ObjectiveShare) {
        sums = sums.isEmpty ? share.sums : zip(sums, share.sums).map { $0 + $1 }
        haveGradient = haveGradient || share.gradient.contains { $0 != 0 }
    }
}

extension LlamaModel {
    /// The negative log-likelihood of every target, in nats: float32 [targets].
    ///
    /// A target that counts for several rows is there once, however large its weight.
    public func tokenLosses(_ batch: MicroBatch, dropoutKey: RandomKey? = nil) -> Tensor {
        tokenLosses(
            tokens: batch.tokens, plan: batch.plan, rows: batch.lossPositions, targets: batch.targets,
            dropoutKey: dropoutKey)
    }
}
