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
    /// Whether any rank has been asked to stop.
    public var isAskedToStop = false
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
    let communicator: any Communicator
    let gradientType: DType
    /// Which parts of the parameters each rank updates.
    let shards: ParameterShards
    let dropoutKey: RandomKey

    /// - Parameters:
    ///   - model: with adapters attached.
    ///   - objective: what the steps minimise.
    ///   - maximumGradientNorm: gradients are clipped to it; 0 leaves them.
    ///   - seed: of dropout.
    ///   - communicator: the ranks that train together; the model and the optimizer are the same on all of them.
    ///   - gradientType: what ranks send each other gradients in, float32 or bfloat16.
    public init(
        model: LlamaModel, objective: any TrainingObjective = SFTObjective(), optimizer: AdamW,
        maximumGradientNorm: Double = 1, seed: UInt64 = 0, communicator: any Communicator = SingleProcess(),
        gradientType: DType = .float32
    ) {
        self.model = model
        self.objective = objective
        shards = ParameterShards(counts: model.parameters.map(\.count), rankCount: communicator.rankCount)
        self.optimizer =
            communicator.rankCount > 1 ? optimizer.restricted(to: shards.pieces(ofRank: communicator.rank)) : optimizer
        self.maximumGradientNorm = maximumGradientNorm
        self.communicator = communicator
        self.gradientType = gradientType
        dropoutKey = RandomKey(seed: seed).folding(1)
    }

    /// Takes one optimizer step, together with all ranks.
    ///
    /// - Parameters:
    ///   - streams: this rank's rows of the step, as many to a stream as there are to be computed at once; none where there
    ///     are fewer examples than ranks.
    ///   - isAskedToStop: whether this process has been asked to stop, looked at once, late in the step.
    /// - Throws: `StepFailure`, on all ranks alike.
    public mutating func step(
        _ streams: [MicroBatch], learningRate: Double, isAskedToStop: @autoclosure () -> Bool = false
    ) throws(StepFailure) -> StepResult {
        let known = communicator.sum(
            [
                streams.reduce(0) { $0 + $1.lossTokenCount }, streams.reduce(0) { $0 + $1.rowTokenCount },
                streams.reduce(0) { $0 + $1.tokens.count },
            ].map(Double.init) + objective.divisors(of: streams))
        let divisors = Array(known[3...])
        let (gradients, shares) = gradients(of: streams, divisors: divisors)
        let squares = optimizer.updatedElements(of: gradients).reduce(0) { $0 + $1.sumOfSquares }
        let totals = communicator.sum(
            [squares, shares.haveGradient ? 1 : 0, isAskedToStop() ? 1 : 0] + shares.sums)
        let measures = objective.measures(sums: Array(totals[3...]), divisors: divisors)
        let norm = totals[0].squareRoot()
        guard measures.loss.isFinite else { throw .nonFinite(quantity: "loss", value: measures.loss) }
        guard norm.isFinite else { throw .nonFinite(quantity: "grad_norm", value: norm) }
        if optimizer.stepCount == 0, totals[1] > 0 { try requireGradients(gradients) }
        optimizer.step(
            gradients: gradients, learningRate: learningRate,
            gradientScale: clippingScale(norm: norm, maximum: maximumGradientNorm))
        shareParameters()
        return StepResult(
            loss: measures.loss, gradientNorm: norm, learningRate: learningRate, lossTokenCount: Int(known[0]),
            tokenCount: Int(known[1]), computedTokenCount: Int(known[2]), preference: measures.preference,
            isAskedToStop: totals[2] > 0)
    }
}

extension LlamaModel {
    /// The negative log-likelihood of every target, in nats: float32 [targets].
    ///
    /// A target that counts for several rows is there once, however large its weight.
    public func tokenLosses(_ batch: MicroBatch, dropoutKey: RandomKey? = nil) -> Tensor {
        tokenLosses(
            tokens: batch.tokens, plan: batch.plan, rows: batch.lossPositions, targets: batch.targets,
            dropoutKey: dropoutKey, dropoutParts: batch.dropoutParts)
    }
}
