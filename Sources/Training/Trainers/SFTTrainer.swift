import Distributed
import Layers
import Models
import Tensors

/// What one optimizer step did.
public struct StepResult: Sendable, Equatable {
    /// The mean loss of the step's loss tokens, in nats.
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
}

/// Why a step was not taken. The parameters are as they were before it.
public enum StepFailure: Error, Sendable, Equatable {
    /// The loss or the gradient is NaN or infinite.
    case nonFinite(quantity: String, value: Double)
    /// The B side of an adapter got a gradient of zeros in the first step: it takes no part in the loss.
    case noGradient(module: String)
}

/// Supervised fine-tuning of a model's adapters: the mean cross-entropy of the tokens that carry loss.
///
/// The loss of a step is the sum over all its tokens divided by their number, whatever micro-batches and ranks they come
/// in: accumulation never averages averages.
public struct SFTTrainer {
    public let model: LlamaModel
    public internal(set) var optimizer: AdamW
    private let maximumGradientNorm: Double
    private let communicator: any Communicator
    private let dropoutKey: RandomKey

    /// - Parameters:
    ///   - model: with adapters attached.
    ///   - maximumGradientNorm: gradients are clipped to it; 0 leaves them.
    ///   - seed: of dropout.
    public init(
        model: LlamaModel, optimizer: AdamW, maximumGradientNorm: Double = 1, seed: UInt64 = 0,
        communicator: any Communicator = SingleProcess()
    ) {
        self.model = model
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
        var sums: [Tensor] = []
        var loss = 0.0
        for (index, stream) in streams.enumerated() {
            let key = dropoutKey.folding(optimizer.stepCount).folding(communicator.rank).folding(index)
            let losses = model.tokenLosses(stream, dropoutKey: key)
            loss += stream.weightedSum(losses)
            let gradients = losses.gradients(
                of: model.parameters, upstream: Tensor(stream.lossWeights.map { Float(Double($0) / counts[0]) }))
            if sums.isEmpty {
                sums = gradients
            } else {
                for i in sums.indices { sums[i].accumulate(gradients[i]) }
            }
        }
        communicator.sum(sums)
        let meanLoss = communicator.sum([loss])[0] / counts[0]
        let norm = globalNorm(sums)
        guard meanLoss.isFinite else { throw .nonFinite(quantity: "loss", value: meanLoss) }
        guard norm.isFinite else { throw .nonFinite(quantity: "grad_norm", value: norm) }
        if optimizer.stepCount == 0 { try requireGradients(sums) }
        optimizer.step(
            gradients: sums, learningRate: learningRate,
            gradientScale: clippingScale(norm: norm, maximum: maximumGradientNorm))
        return StepResult(
            loss: meanLoss, gradientNorm: norm, learningRate: learningRate, lossTokenCount: Int(counts[0]),
            tokenCount: Int(counts[1]), computedTokenCount: Int(counts[2]))
    }

    private func requireGradients(_ gradients: [Tensor]) throws(StepFailure) {
        for (index, adapter) in model.adapters.enumerated() where gradients[2 * index + 1].sumOfSquares == 0 {
            throw .noGradient(module: adapter.module)
        }
    }

    /// The mean loss of the streams' loss tokens, in nats, without dropout and without changing anything.
    public func evaluate(_ streams: [MicroBatch]) -> Double {
        var loss = 0.0
        var count = 0
        for stream in streams {
            let losses = noGradient { model.tokenLosses(stream) }
            loss += stream.weightedSum(losses)
            count += stream.lossTokenCount
        }
        return loss / Double(count)
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

extension MicroBatch {
    /// The sum of the targets' losses, each as often as it counts.
    fileprivate func weightedSum(_ losses: Tensor) -> Double {
        zip(losses.floats, lossWeights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
}
