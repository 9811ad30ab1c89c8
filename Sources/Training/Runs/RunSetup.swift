import CheckpointIO
import Diagnostics
import Foundation
import Layers
import ModelFiles
import Models
import Tensors
import Tokenizers

/// Everything a run works with, made from its configuration and checked before the first step.
public struct RunSetup {
    public let configuration: TrainConfiguration
    public let model: LlamaModel
    public let tokenizer: Tokenizer
    public let trainingRows: TokenizedDataset
    public let evaluationRows: TokenizedDataset?
    public let lora: LoRAConfiguration
    public let planner: BatchPlanner
    /// Which rows of a step are computed together.
    public let streamPlanner: StreamPlanner
    public let totalSteps: Int
    public let memory: MemoryPlan
    /// What a checkpoint has to be of to go on with.
    public let identity: CheckpointIdentity

    /// - Throws: `InputError` naming what is wrong, above all `.tryAgain` where the run cannot fit into memory.
    public init(_ configuration: TrainConfiguration) throws {
        self.configuration = configuration
        try Self.refuseSeveralProcesses()
        // Before anything is loaded: the plan counts the weights itself.
        let budget = configuration.training.memoryBudget.bytes
        guard configuration.method == .sft else {
            throw InputError(
                .config, at: "method",
                "expected \"sft\", found \"\(configuration.method.rawValue)\", which is not implemented yet")
        }
        try Self.refuseSharedDropout(configuration)
        let location = try ModelLocation.open(URL(fileURLWithPath: configuration.model.path))
        tokenizer = try Tokenizer(of: location)
        let encoder = RowEncoder(
            tokenizer: tokenizer, maxLength: configuration.data.maxLength,
            completionOnlyLoss: configuration.data.completionOnlyLoss)
        trainingRows = try encoder.encodeAll(of: DatasetReader(path: configuration.data.train))
        evaluationRows = try configuration.data.eval.map { try encoder.encodeAll(of: DatasetReader(path: $0)) }
        planner = BatchPlanner(configuration, rowCount: trainingRows.rows.count)
        totalSteps = planner.totalSteps(
            maxSteps: configuration.training.maxSteps, numTrainEpochs: configuration.training.numTrainEpochs)
        try Self.refuseTooLarge(location, configuration, budget: budget)
        model = try LlamaModel(
            location, computeType: configuration.model.computeDtype,
            quantization: configuration.model.quantization.map(QuantizationSettings.init))
        lora = try Self.attachAdapters(to: model, configuration)
        let datasets = [trainingRows, evaluationRows].compactMap { $0 }
        let capacity = Self.streamCapacity(configuration, datasets)
        streamPlanner = StreamPlanner(
            packing: configuration.data.packing, sharing: configuration.sharesPrefixes,
            tokenLimit: capacity.sharedTokens)
        memory = try Self.planMemory(model, capacity, datasets, budget: budget)
        model.recomputedLayers = memory.recomputedLayers
        identity = try Self.identity(configuration, location, model)
    }

    /// Weights that do not fit are refused before they are read.
    private static func refuseTooLarge(
        _ location: ModelLocation, _ configuration: TrainConfiguration, budget: Int?
    ) throws {
        let bytes = try location.weightBytes(
            computeType: configuration.model.computeDtype,
            quantization: configuration.model.quantization.map(QuantizationSettings.init))
        guard let budget, bytes > budget else { return }
        throw InputError(
            .tryAgain, at: "training.memory_budget",
            "expected a run of at most \(ByteCount(budget)), found weights that take \(ByteCount(bytes)) alone")
    }

    /// Processes that know nothing of each other would write the same files.
    private static func refuseSeveralProcesses() throws {
        for name in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"] {
            guard let text = ProcessInfo.processInfo.environment[name], let count = Int(text), count > 1 else {
                continue
            }
            throw InputError(
                .config, at: name, "expected one process, found \(count); training over several is not implemented yet")
        }
    }

    private static func attachAdapters(to model: LlamaModel, _ configuration: TrainConfiguration) throws
        -> LoRAConfiguration
    {
        let lora: LoRAConfiguration
        if let path = configuration.lora.adapterPath {
            lora = try PEFTAdapter.attach(
                URL(fileURLWithPath: path), to: model, dropout: configuration.lora.loraDropout)
        } else {
            lora = configuration.lora.adapter
            try model.attachAdapters(lora, key: RandomKey(seed: UInt64(configuration.training.seed)).folding(0))
        }
        guard !model.parameters.isEmpty else {
            throw InputError(.config, at: "lora", "expected at least one trainable parameter, found none")
        }
        return lora
    }

    private static func planMemory(
        _ model: LlamaModel, _ capacity: StreamCapacity, _ datasets: [TokenizedDataset], budget: Int?
    ) throws -> MemoryPlan {
        let plan = MemoryPlan(
            for: model, tokens: capacity.tokens, lossTokens: capacity.lossTokens,
            rowBytes: datasets.reduce(0) { $0 + $1.tokenCount * 4 }, budget: budget)
        if let budget, plan.peakBytes > budget {
            throw InputError(
                .tryAgain, at: "training.memory_budget",
                "expected a run of at most \(ByteCount(budget)), found one that needs \(ByteCount(plan.peakBytes)) even with every "
                    + "layer recomputed; lower per_device_train_batch_size or max_length")
        }
        return plan
    }

    private static func identity(
        _ configuration: TrainConfiguration, _ location: ModelLocation, _ model: LlamaModel
    ) throws -> CheckpointIdentity {
        let quantization = configuration.model.quantization.map { "\($0)" } ?? "none"
        let base =
            try location.files.map { try Digest.of(file: $0) } + [quantization, "\(configuration.model.computeDtype)"]
        let adapters = model.adapters.map { "\($0.module) \($0.a.shape) \($0.b.shape) \($0.scale)" }
        return CheckpointIdentity(
            model: Digest.of(text: base.joined(separator: "\n")),
            adapter: Digest.of(text: adapters.joined(separator: "\n")),
            data: try Digest.of(file: URL(fileURLWithPath: configuration.data.train)),
            config: Digest.of(text: configuration.resultJSON))
    }
}

extension TrainConfiguration.MemoryBudget {
    /// Bytes the run may take: 80 % of what the machine has left for "auto"; nil where the machine does not tell.
    var bytes: Int? {
        switch self {
        case .automatic: MemoryUsage().availableBytes.map { $0 / 5 * 4 }
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
            ? "\((Double(bytes) / 0x1p30 * 100).rounded() / 100) GiB"
            : "\((Double(bytes) / 0x1p20 * 10).rounded() / 10) MiB"
    }
}
