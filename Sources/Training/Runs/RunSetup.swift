import CheckpointIO
import Diagnostics
import Distributed
import Files
import Foundation
import Layers
import ModelFiles
import Models
import Tensors
import Tokenizers

/// Everything a run works with, made from its configuration and checked before the first step.
public struct RunSetup {
    public let configuration: TrainConfiguration
    /// The processes that run it together.
    public let communicator: any Communicator
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

    /// - Parameters:
    ///   - configuration: the run's configuration, the same on every rank.
    ///   - communicator: the processes that run it together; nothing is exchanged yet.
    /// - Throws: `InputError` naming what is wrong, above all `.tryAgain` where the run cannot fit into memory.
    public init(_ configuration: TrainConfiguration, communicator: any Communicator = SingleProcess()) throws {
        try self.init(configuration, communicator: communicator, usage: MemoryUsage())
    }

    /// - Parameter usage: what memory the process and the machine are said to have.
    init(
        _ configuration: TrainConfiguration, communicator: any Communicator = SingleProcess(), usage: MemoryUsage
    ) throws {
        self.configuration = configuration
        self.communicator = communicator
        // Before anything is loaded: the plan counts what the process holds itself.
        let budget = configuration.training.memoryBudget.bytes(usage)
        try Self.refuseSharedDropout(configuration)
        try Self.refuseUnknownToPreferences(configuration)
        let location = try ModelLocation.open(URL(fileURLWithPath: configuration.model.path))
        tokenizer = try Tokenizer(of: location)
        let encoder = RowEncoder(
            tokenizer: tokenizer, maxLength: configuration.data.maxLength,
            completionOnlyLoss: configuration.data.completionOnlyLoss)
        trainingRows = try encoder.rows(of: configuration.data.train, for: configuration.method)
        evaluationRows = try configuration.data.eval.map { try encoder.rows(of: $0, for: configuration.method) }
        planner = BatchPlanner(configuration, rowCount: trainingRows.exampleCount)
        totalSteps = planner.totalSteps(
            maxSteps: configuration.training.maxSteps, numTrainEpochs: configuration.training.numTrainEpochs)
        let rows = trainingRows.rows
        let streamPlanner = StreamPlanner(configuration, [trainingRows, evaluationRows].compactMap { $0 })
        self.streamPlanner = streamPlanner
        memory = try Self.planMemory(
            configuration, location,
            training: MemoryPlan.Load(planner, totalSteps: totalSteps) { step in
                streamPlanner.streams(
                    streamPlanner.share(
                        of: step.microBatches, rows: rows, rank: communicator.rank,
                        rankCount: communicator.rankCount), of: rows)
            },
            evaluation: evaluationRows.map {
                MemoryPlan.Load(
                    streamPlanner.streams(
                        ofAll: $0.rows, batchSize: configuration.training.perDeviceTrainBatchSize))
            }, usage: usage, budget: budget)
        model = try LlamaModel(
            location, computeType: configuration.model.computeDtype,
            quantization: configuration.model.quantization.map(QuantizationSettings.init))
        lora = try Self.attachAdapters(to: model, configuration)
        model.recomputation = memory.recomputation
        identity = try Self.identity(configuration, location, model)
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

    private static func identity(
        _ configuration: TrainConfiguration, _ location: ModelLocation, _ model: LlamaModel
    ) throws -> CheckpointIdentity {
        let quantization = configuration.model.quantization.map { "\($0)" } ?? "none"
        let adapters = model.adapters.map { "\($0.module) \($0.a.shape) \($0.b.shape) \($0.scale)" }
        return CheckpointIdentity(
            model: try location.digest(form: [quantization, "\(configuration.model.computeDtype)"]),
            tokenizer: try location.tokenizerDigest(),
            adapter: Digest.of(text: adapters.joined(separator: "\n")),
            data: try Digest.of(file: URL(fileURLWithPath: configuration.data.train)),
            config: Digest.of(text: configuration.resultJSON))
    }
}

extension RowEncoder {
    /// The rows of a data file as a method takes them.
    fileprivate func rows(
        of path: String, for method: TrainConfiguration.Method
    ) throws(InputError) -> TokenizedDataset {
        let reader = DatasetReader(path: path)
        return switch method {
        case .sft: try encodeAll(of: reader)
        case .dpo: try encodeAllPreferences(of: reader)
        }
    }
}
