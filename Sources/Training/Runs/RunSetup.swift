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
    /// Every rank's processors and threads; empty where nobody has arranged them.
    let placements: [Placement]
    /// What is to be said of the ranks before the run begins.
    let warnings: [String]
    public let model: LlamaModel
    public let tokenizer: Tokenizer
    public let trainingRows: TokenizedDataset
    public let evaluationRows: TokenizedDataset?
    public let lora: LoRAConfiguration
    public let planner: BatchPlanner
    /// Which rows of a step are computed together.
    public let streamPlanner: StreamPlanner
    /// The evaluation rows as streams of at most a micro-batch's rows, or of more where rows share beginnings.
    public let evaluationStreams: [MicroBatch]?
    public let totalSteps: Int
    public let memory: MemoryPlan
    /// What a checkpoint has to be of to go on with.
    public let identity: CheckpointIdentity

    /// Reads and checks everything; all ranks together.
    ///
    /// - Parameters:
    ///   - configuration: the run's configuration.
    ///   - communicator: the processes that run it together.
    ///   - placements: every rank's processors and threads.
    /// - Throws: `InputError` naming what is wrong, above all `.tryAgain` where the run cannot fit into memory; with
    ///   several ranks `CommonFailure`, also where they differ in what they are to compute.
    public init(
        _ configuration: TrainConfiguration, communicator: any Communicator = SingleProcess(),
        placements: [Placement] = []
    ) throws {
        try self.init(configuration, communicator: communicator, placements: placements, usage: MemoryUsage())
    }

    /// - Parameter usage: what memory the process and the machine are said to have.
    init(
        _ configuration: TrainConfiguration, communicator: any Communicator = SingleProcess(),
        placements: [Placement] = [], usage: MemoryUsage
    ) throws {
        self.configuration = configuration
        self.communicator = communicator
        self.placements = placements
        // Before anything is loaded: the plan counts what the process holds itself.
        let budget = configuration.training.memoryBudget.bytes(usage)
        let (location, inputs) = try communicator.together {
            try Self.refuseSharedDropout(configuration)
            try Self.refuseUnknownToPreferences(configuration)
            let location = try ModelLocation.open(URL(fileURLWithPath: configuration.model.path))
            return (location, try InputDigests(configuration, location))
        }
        let quantization = configuration.model.quantization.map(QuantizationSettings.init)
        try Self.preflight(configuration, contents: inputs.contents, communicator)
        let hostWeights = try HostWeights(
            location, computeType: configuration.model.computeDtype, quantization: quantization, communicator)
        warnings = hostWeights.warnings
        let texts = try communicator.together { try RunTexts(configuration, location) }
        (tokenizer, trainingRows, evaluationRows) = (texts.tokenizer, texts.training, texts.evaluation)
        let planner = BatchPlanner(configuration, rowCount: trainingRows.exampleCount)
        self.planner = planner
        totalSteps = planner.totalSteps(
            maxSteps: configuration.training.maxSteps, numTrainEpochs: configuration.training.numTrainEpochs)
        let streamPlanner = StreamPlanner(
            configuration, [trainingRows, evaluationRows].compactMap { $0 },
            lossTokenCost: location.configuration.lossTokenCost)
        self.streamPlanner = streamPlanner
        let evaluationStreams = texts.evaluation.map {
            streamPlanner.streams(ofAll: $0.rows, batchSize: configuration.training.perDeviceTrainBatchSize)
        }
        self.evaluationStreams = evaluationStreams
        let totalSteps = totalSteps
        let memory = try communicator.together {
            try Self.planMemory(
                configuration, location,
                training: MemoryPlan.Load(planner, totalSteps: totalSteps) { step in
                    streamPlanner.streams(of: step, rows: texts.training.rows, communicator)
                },
                evaluation: evaluationStreams.map(MemoryPlan.Load.init), totalSteps: totalSteps, usage: usage,
                budget: budget, rank: communicator.rank,
                rankCount: communicator.rankCount,
                host: MemoryPlan.Host(
                    rankCount: communicator.hosts.neighbours(of: communicator.rank).count,
                    ownWeightBytes: hostWeights.ownByteCount))
        }
        self.memory = memory
        try hostWeights.convert(location, communicator)
        (model, lora, identity) = try communicator.together {
            let model = try LlamaModel(
                location, computeType: configuration.model.computeDtype, quantization: quantization,
                shared: hostWeights.weights)
            let lora = try Self.attachAdapters(to: model, configuration)
            try Self.refuseUncountable(model, rankCount: communicator.rankCount)
            model.recomputation = memory.recomputation
            return (model, lora, Self.identity(configuration, inputs, model))
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

    /// MPI counts what ranks exchange in Int32.
    private static func refuseUncountable(_ model: LlamaModel, rankCount: Int) throws(InputError) {
        let count = model.parameters.reduce(0) { $0 + $1.count }
        guard rankCount > 1, count > Int(Int32.max) else { return }
        throw InputError(
            .config, at: "lora", "expected at most \(Int32.max) trainable values on several ranks, found \(count)")
    }

    private static func identity(
        _ configuration: TrainConfiguration, _ inputs: InputDigests, _ model: LlamaModel
    ) -> CheckpointIdentity {
        let adapters = model.adapters.map { "\($0.module) \($0.a.shape) \($0.b.shape) \($0.scale)" }
        return CheckpointIdentity(
            model: inputs.model, tokenizer: inputs.tokenizer,
            adapter: Digest.of(text: adapters.joined(separator: "\n")), data: inputs.data,
            config: Digest.of(text: configuration.resultJSON))
    }
}

/// The tokenizer and the rows of a run.
private struct RunTexts {
    let tokenizer: Tokenizer
    let training: TokenizedDataset
    let evaluation: TokenizedDataset?

    init(_ configuration: TrainConfiguration, _ location: ModelLocation) throws {
        tokenizer = try Tokenizer(of: location)
        let encoder = RowEncoder(configuration.data, tokenizer)
        training = try encoder.rows(of: configuration.data.train, for: configuration.method)
        evaluation = try configuration.data.eval.map { try encoder.rows(of: $0, for: configuration.method) }
    }
}

extension RowEncoder {
    /// The encoder of a run's rows.
    init(_ data: TrainConfiguration.Data, _ tokenizer: Tokenizer) {
        self.init(tokenizer: tokenizer, maxLength: data.maxLength, completionOnlyLoss: data.completionOnlyLoss)
    }

    /// The rows of a data file as a method takes them.
    func rows(
        of path: String, for method: TrainConfiguration.Method
    ) throws(InputError) -> TokenizedDataset {
        let reader = DatasetReader(path: path)
        return switch method {
        case .sft: try encodeAll(of: reader)
        case .dpo: try encodeAllPreferences(of: reader)
        }
    }
}
