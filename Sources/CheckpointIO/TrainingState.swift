import Diagnostics

/// A tensor's values under a name, as a checkpoint keeps them.
public struct NamedArray: Sendable, Equatable {
    /// Where the values belong, as a path, for example `adapter/model.layers.0.self_attn.q_proj.lora_A` or
    /// `optimizer/first_moment/model.layers.0.self_attn.q_proj.lora_A`.
    public let name: String
    /// Extents of the dimensions, outermost first; empty for a scalar.
    public let shape: [Int]
    /// The elements in row-major order.
    public let values: [Float]

    /// - Parameters:
    ///   - name: path components that are neither empty nor `.`, separated by `/`.
    ///   - shape: at most 32 extents, whose product is the number of values.
    ///   - values: the elements in row-major order.
    public init(name: String, shape: [Int], values: [Float]) {
        require(CheckpointSchema.isName(name), "NamedArray: '\(name)' is no name")
        require(
            shape.count <= CheckpointSchema.maximumRank && CheckpointSchema.elementCount(shape) == values.count,
            "NamedArray \(name): shape \(shape) does not hold \(values.count) values")
        self.name = name
        self.shape = shape
        self.values = values
    }

    /// Whether names and shapes agree and every value has the same bits: a NaN equals itself, 0 is not −0.
    public static func == (left: NamedArray, right: NamedArray) -> Bool {
        left.name == right.name && left.shape == right.shape
            && left.values.elementsEqual(right.values) { $0.bitPattern == $1.bitPattern }
    }
}

/// Everything a training run needs to go on bit for bit where it stopped.
public struct TrainingState: Sendable, Equatable {
    /// Optimizer steps done.
    public var step: Int
    /// Adapter and optimizer tensors. The order is kept.
    public var tensors: [NamedArray]
    /// Whole numbers by name: the position in the data (epoch and row), the optimizer's steps, the seed, the tokens
    /// seen.
    public var counters: [String: Int64]
    /// Running metrics by name.
    public var metrics: [String: Double]
    /// Texts by name, such as the resolved config's JSON.
    public var texts: [String: String]
    /// What the run is a run of.
    public var identity: CheckpointIdentity

    /// - Parameters:
    ///   - step: optimizer steps done, from 0.
    ///   - tensors: under distinct names, none of which is the beginning of another's path.
    ///   - counters: whole numbers by name.
    ///   - metrics: running metrics by name.
    ///   - texts: texts by name; names are paths, as those of tensors are.
    ///   - identity: what the run is a run of.
    public init(
        step: Int, tensors: [NamedArray], counters: [String: Int64] = [:], metrics: [String: Double] = [:],
        texts: [String: String] = [:], identity: CheckpointIdentity
    ) {
        self.step = step
        self.tensors = tensors
        self.counters = counters
        self.metrics = metrics
        self.texts = texts
        self.identity = identity
    }

    /// Whether both are the same bit for bit, metrics and tensor values included.
    public static func == (left: TrainingState, right: TrainingState) -> Bool {
        left.step == right.step && left.tensors == right.tensors && left.counters == right.counters
            && left.metrics.mapValues(\.bitPattern) == right.metrics.mapValues(\.bitPattern)
            && left.texts == right.texts && left.identity == right.identity
    }
}
