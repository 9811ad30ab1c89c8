import Foundation
import Layers
import ModelFiles
import Models
import Tensors

/// A model with adapters, as far as a plan has to know it.
public struct PlannedModel: Sendable {
    /// What it is called in a plan.
    public var name: String
    public var shape: LlamaConfiguration
    public var computeType: DType
    /// Of the adapters on the projections of every layer, 0 for none.
    public var ranks: [[Int]]
    public var hasDropout: Bool
    /// Bytes of the frozen weights.
    public var weightBytes: Int

    /// A shape with its projections in NF4, adapters of rank 16 on queries, keys, values and output, in bfloat16.
    public init(_ shape: ModelShape) {
        name = "\(shape.rawValue), NF4, r 16 on q, k, v, o"
        self.shape = shape.configuration
        computeType = .bfloat16
        ranks = self.shape.adapterRanks { $0.contains("self_attn") ? 16 : nil }
        hasDropout = false
        weightBytes = self.shape.nf4WeightBytes
    }

    /// The model and the adapters of a run.
    ///
    /// - Throws: `InputError` where its files are not there or not as they have to be.
    public init(_ configuration: TrainConfiguration, _ location: ModelLocation) throws {
        let lora =
            try configuration.lora.adapterPath.map { path in
                try PEFTAdapter.configuration(of: URL(fileURLWithPath: path)).lora
            } ?? configuration.lora.adapter
        name = configuration.model.path
        shape = location.configuration
        computeType = configuration.model.computeDtype
        ranks = shape.adapterRanks { lora.targets($0) ? lora.rank(of: $0) : nil }
        hasDropout = configuration.lora.loraDropout > 0
        weightBytes = try location.weightBytes(
            computeType: computeType, quantization: configuration.model.quantization.map(QuantizationSettings.init))
    }

    /// Elements of all adapters.
    public var parameterCount: Int {
        ranks.reduce(0) { $0 + shape.adapterElements(ranks: $1) }
    }

    /// Operations of training on a token, on average over some rows.
    func operationsPerToken(_ workload: ClusterWorkload) -> Double {
        let lengths = Array(workload.steps.joined())
        let tokens = Double(lengths.reduce(0, +))
        return shape.neededOperations(lengths: lengths, lossTokens: Int(tokens * workload.lossShare)) / tokens
    }

    /// What rank 0 takes with `tokens` tokens a step, where nothing is computed again: the largest rank, as it writes the
    /// checkpoints.
    func memory(tokens: Int, _ workload: ClusterWorkload, _ layout: RankLayout) -> MemoryPlan {
        let stream = max(min(tokens, MicroBatch.streamTokens), min(workload.longestRow, tokens))
        return memory(
            load: .init(
                tokens: stream, lossTokens: max(1, Int(Double(stream) * workload.lossShare)),
                longestSequence: min(workload.longestRow, stream), accumulatesGradients: tokens > stream),
            processBytes: Self.programBytes, rankCount: layout.rankCount,
            host: .init(rankCount: layout.ranksPerHost, ownWeightBytes: 0))
    }

    /// What a rank takes: the parameters are those of `MemoryPlan`.
    func memory(
        load: MemoryPlan.Load, evaluation: MemoryPlan.Load? = nil, savesCheckpoints: Bool = true, processBytes: Int,
        budget: Int? = nil, rankCount: Int, host: MemoryPlan.Host
    ) -> MemoryPlan {
        MemoryPlan(
            shape, computeType: computeType, ranks: ranks, hasDropout: hasDropout, weightBytes: weightBytes, load: load,
            evaluation: evaluation, savesCheckpoints: savesCheckpoints, processBytes: processBytes, budget: budget,
            rankCount: rankCount, host: host)
    }

    /// Bytes of the program, its libraries, the tokenizer and the rows.
    static let programBytes = 128 << 20
}
