import ModelFiles
import Models
import Tensors

/// What a run keeps in memory at its peak, predicted before its weights are read, and what its backward pass computes again
/// to make it fit.
public struct MemoryPlan: Sendable, Equatable {
    /// What a run computes on at once, at most.
    public struct Load: Sendable, Equatable {
        /// Tokens of the largest stream.
        public var tokens: Int
        /// Of them, those that carry loss.
        public var lossTokens: Int
        /// Tokens of the longest sequence.
        public var longestSequence: Int
        /// Whether the gradients of several streams are summed in a step.
        public var accumulatesGradients: Bool

        public init(tokens: Int, lossTokens: Int, longestSequence: Int, accumulatesGradients: Bool) {
            self.tokens = tokens
            self.lossTokens = lossTokens
            self.longestSequence = longestSequence
            self.accumulatesGradients = accumulatesGradients
        }
    }

    /// The ranks that run on one host, of whose weights there is one copy but for what each has for itself.
    public struct Host: Sendable, Equatable {
        public var rankCount: Int
        /// Bytes of weights that each rank holds for itself.
        public var ownWeightBytes: Int

        /// One process.
        public static let alone = Host(rankCount: 1, ownWeightBytes: 0)

        public init(rankCount: Int, ownWeightBytes: Int) {
            self.rankCount = rankCount
            self.ownWeightBytes = ownWeightBytes
        }

        /// Bytes that one rank may take of those that all of the host's may.
        func share(of budget: Int, weightBytes: Int) -> Int {
            let common = commonBytes(weightBytes: weightBytes)
            return common + (budget - common) / rankCount
        }

        /// Bytes of weights that the host has once for several ranks.
        func commonBytes(weightBytes: Int) -> Int {
            rankCount == 1 ? 0 : weightBytes - min(weightBytes, ownWeightBytes)
        }
    }

    /// The ranks that run on the host.
    public let host: Host
    /// Bytes of the frozen weights.
    public let weightBytes: Int
    /// Bytes of adapters, their summed gradients and the optimizer's moments.
    public let trainingStateBytes: Int
    /// Bytes of the copy that a checkpoint is written from while training goes on; 0 where there are no checkpoints.
    public let checkpointBytes: Int
    /// Bytes of activations and gradients, kept and in passing, for the largest stream.
    public let activationBytes: Int
    /// Bytes of the program, its libraries, the tokenizer and the rows: what the process held when the
    /// plan was made, and code that is used only later.
    public let processBytes: Int
    /// Bytes that the kernels' threads hold.
    public let scratchBytes: Int
    /// What is computed again, for each layer.
    public let recomputation: [LayerRecomputation]
    /// Arithmetic of a step that this adds, as a fraction of what a step without it does.
    public let addedOperations: Double

    /// The predicted peak, in bytes.
    public var peakBytes: Int { tensorBytes + checkpointBytes + processBytes + scratchBytes }

    /// The predicted peak of all ranks of the host, in bytes; one of them writes the checkpoints.
    public var hostPeakBytes: Int {
        let common = checkpointBytes + host.commonBytes(weightBytes: weightBytes)
        return common + host.rankCount * (peakBytes - common)
    }

    /// The part of the peak that tensors take, in bytes.
    public var tensorBytes: Int { weightBytes + trainingStateBytes + activationBytes }

    /// Plans the cheapest recomputation with which the run fits: all of it where it never does.
    ///
    /// - Parameters:
    ///   - ranks: of the adapters on the projections of every layer, 0 for none.
    ///   - weightBytes: of the frozen weights.
    ///   - load: of the steps.
    ///   - evaluation: the largest streams of evaluations; nil where there are none.
    ///   - savesCheckpoints: whether checkpoints are written on the way.
    ///   - processBytes: what the process holds already.
    ///   - budget: bytes the process may take; nil for no limit.
    ///   - rankCount: the ranks that share the optimizer's state.
    ///   - host: the ranks that run on the host.
    public init(
        _ shape: LlamaConfiguration, computeType: DType, ranks: [[Int]], hasDropout: Bool, weightBytes: Int,
        load: Load, evaluation: Load? = nil, savesCheckpoints: Bool = true, processBytes: Int, budget: Int?,
        rankCount: Int = 1, host: Host = .alone
    ) {
        let cost = ActivationCost(shape, computeType: computeType, ranks: ranks, hasDropout: hasDropout, load: load)
        // The value, this rank's part of two moments, and the gradients' sum where there is more than one addend; to that
        // part the other ranks' addends come before they are added up.
        let part = (cost.parameterCount + rankCount - 1) / rankCount
        let sums = load.accumulatesGradients ? cost.parameterCount : 0
        let state = 4 * (cost.parameterCount + 2 * part + sums + (rankCount - 1) * part)
        let checkpoint = savesCheckpoints ? cost.parameterCount * 4 * 3 : 0
        let scratch = cost.scratchBytes
        let evaluationBytes =
            evaluation.map {
                ActivationCost(shape, computeType: computeType, ranks: ranks, hasDropout: false, load: $0)
                    .evaluationBytes
            } ?? 0
        func activations(_ layers: [LayerRecomputation]) -> Int {
            max(cost.peakBytes(recomputing: layers), evaluationBytes)
        }
        let program = processBytes + Self.laterPages
        let fixed = weightBytes + state + checkpoint + scratch + program
        let candidates = RecomputationCandidates(cost.layers)
        recomputation =
            candidates.first { layers in budget.map { fixed + activations(layers) <= $0 } ?? true }
            ?? candidates.all
        activationBytes = activations(recomputation)
        addedOperations = cost.addedOperations(recomputing: recomputation)
        self.host = host
        self.weightBytes = weightBytes
        trainingStateBytes = state
        checkpointBytes = checkpoint
        self.processBytes = program
        scratchBytes = scratch
    }

    /// Bytes of the program and its libraries that are read for the first time in a step or when a checkpoint is saved.
    private static let laterPages = 8 << 20
}

/// What may be computed again, from nothing to everything, each time one part of one layer more: first the part of which a
/// byte saved costs the least arithmetic, from the first layer to the last, then the next.
struct RecomputationCandidates: Sequence, IteratorProtocol {
    private var layers: [LayerRecomputation]
    private var order: ArraySlice<(layer: Int, part: LayerRecomputation)>
    private var isFirst = true

    init(_ costs: [LayerCost]) {
        layers = costs.map { _ in [] }
        let parts = LayerRecomputation.parts.sorted { one, other in
            func price(_ part: LayerRecomputation) -> Double {
                costs[0].operations(of: part) / Double(costs[0].bytes(of: part))
            }
            return price(one) < price(other)
        }
        order = parts.flatMap { part in costs.indices.map { (layer: $0, part: part) } }[...]
    }

    /// Everything.
    var all: [LayerRecomputation] { layers.map { _ in .all } }

    mutating func next() -> [LayerRecomputation]? {
        if !isFirst {
            guard let (layer, part) = order.popFirst() else { return nil }
            layers[layer].insert(part)
        }
        isFirst = false
        return layers
    }
}
