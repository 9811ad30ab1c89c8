import Diagnostics
import ModelFiles
import Tensors

extension RunSetup {
    /// What a rank of the run is going to take, known from the shapes alone: a run that cannot fit is refused before its
    /// weights are read.
    ///
    /// - Throws: `InputError` with `.tryAgain` where it cannot.
    static func planMemory(
        _ configuration: TrainConfiguration, _ location: ModelLocation, training: MemoryPlan.Load,
        evaluation: MemoryPlan.Load?, totalSteps: Int, usage: MemoryUsage, budget: Int?, rank: Int, rankCount: Int,
        host: MemoryPlan.Host
    ) throws -> MemoryPlan {
        let model = try PlannedModel(configuration, location)
        let budget = budget.map { host.share(of: $0, weightBytes: model.weightBytes) }
        let plan = model.memory(
            load: training, evaluation: evaluation,
            savesCheckpoints: rank == 0 && totalSteps > configuration.training.saveSteps,
            processBytes: usage.residentBytes ?? 0, budget: budget, rankCount: rankCount, host: host)
        if let budget, plan.peakBytes > budget {
            throw InputError(
                .tryAgain, at: "training.memory_budget",
                "expected a run of at most \(ByteCount(budget)), found one that needs \(ByteCount(plan.peakBytes)) even with "
                    + "everything recomputed, \(ByteCount(plan.weightBytes)) of it weights; lower "
                    + "per_device_train_batch_size or max_length")
        }
        return plan
    }
}

extension MemoryPlan.Load {
    /// Steps that are looked at before a run for the largest among them.
    private static let stepLimit = 10_000

    /// The largest of the streams that a run is going to compute, over its steps.
    init(_ planner: BatchPlanner, totalSteps: Int, streams: (PlannedStep) -> [MicroBatch]) {
        self.init([])
        var planner = planner
        for _ in 0..<min(totalSteps, Self.stepLimit) {
            let step = MemoryPlan.Load(streams(planner.nextStep()))
            tokens = max(tokens, step.tokens)
            lossTokens = max(lossTokens, step.lossTokens)
            longestSequence = max(longestSequence, step.longestSequence)
            accumulatesGradients = accumulatesGradients || step.accumulatesGradients
        }
    }

    /// The largest of the streams of one step, or of an evaluation.
    package init(_ streams: [MicroBatch]) {
        self.init(
            tokens: streams.map(\.tokens.count).max() ?? 0, lossTokens: streams.map(\.targets.count).max() ?? 0,
            longestSequence: streams.map(\.plan.positionCount).max() ?? 0,
            accumulatesGradients: streams.count > 1)
    }
}

extension TrainConfiguration.MemoryBudget {
    /// Bytes that the run's processes on this host may take together: 80 % of what the machine has left for "auto"; nil where
    /// the machine does not tell.
    func bytes(_ usage: MemoryUsage) -> Int? {
        switch self {
        case .automatic: usage.availableBytes.map { $0 / 5 * 4 }
        case .bytes(let bytes): bytes
        }
    }
}

/// A number of bytes as people read it.
struct ByteCount: CustomStringConvertible {
    let bytes: Int

    init(_ bytes: Int) { self.bytes = bytes }

    var description: String {
        bytes >= 1 << 30
            ? "\(((Double(bytes) / 0x1p30 * 100).rounded() / 100)) GiB"
            : "\(((Double(bytes) / 0x1p20 * 10).rounded() / 10)) MiB"
    }
}
