import Diagnostics
import Foundation
import Layers
import ModelFiles
import Tensors

/// How projections are held in 4 bits.
public struct QuantizationSettings: Sendable, Equatable {
    public var type: QuantizationType
    /// Elements that share a scale: a power of two from 32 to 4096.
    public var blockSize: Int
    /// Whether the scales are quantized to bytes too.
    public var doubleQuantized: Bool

    public init(type: QuantizationType = .nf4, blockSize: Int = 64, doubleQuantized: Bool = true) {
        self.type = type
        self.blockSize = blockSize
        self.doubleQuantized = doubleQuantized
    }
}

extension LlamaModel {
    /// Loads a model tensor by tensor.
    ///
    /// Matrices that need no change (projections in bitsandbytes' 4-bit form or not to be quantized, embedding and head)
    /// are used where they lie in the mapped files and read when they are first touched; the files must not be written to
    /// while the model lives (see `MappedFile`). Projections to be quantized are so as they are read, in pieces of some
    /// rows: beyond the result no more is held than those and the pages of one tensor. Embedding, norms and head keep the
    /// file's precision, also where a GGUF file holds them as Q8_0; its other blocks are dequantized into `computeType`.
    ///
    /// - Parameters:
    ///   - location: a Hugging Face folder or a GGUF file.
    ///   - computeType: float32 or bfloat16.
    ///   - quantization: of the seven projections of every layer; nil keeps them as they are stored.
    /// - Throws: `InputError` with `.data` where a weight is missing, has another shape, or a folder that is already
    ///   quantized is asked for in another 4-bit form.
    public convenience init(
        _ location: ModelLocation, computeType: DType = .bfloat16, quantization: QuantizationSettings? = nil
    ) throws {
        try self.init(location, computeType: computeType, quantization: quantization, shared: nil)
    }

    /// Loads a model of which this process may share what has to be converted with others of its host.
    ///
    /// - Parameter shared: converted in the same forms; nil to convert for this process alone.
    /// - Throws: `InputError` with `.data`, as `init(_:computeType:quantization:)`.
    package convenience init(
        _ location: ModelLocation, computeType: DType, quantization: QuantizationSettings?, shared: SharedWeights?
    ) throws {
        require(computeType == .float32 || computeType == .bfloat16, "LlamaModel: compute type \(computeType)")
        let configuration = location.configuration
        let reader = WeightReader(
            location, order: configuration.projectionWeights.map(\.name), shared: shared)
        try Self.refuseRequantizing(location, quantization)
        let rotary = RotaryEmbedding(configuration)
        let hidden = configuration.hiddenSize
        let embedding = try reader.table(
            "model.embed_tokens.weight", shape: [configuration.vocabularySize, hidden], blockType: computeType)
        let layers = try (0..<configuration.layerCount).map { index in
            let prefix = "model.layers.\(index)"
            func norm(_ name: String) throws -> RMSNorm {
                RMSNorm(
                    weight: try reader.vector("\(prefix).\(name).weight", count: hidden),
                    epsilon: Float(configuration.rmsNormEpsilon))
            }
            return LlamaLayer(
                projections: try configuration.projectionShapes.map { name, shape in
                    try Self.projection(
                        "\(prefix).\(name)", shape: shape, reader: reader, computeType: computeType,
                        quantization: quantization)
                },
                inputNorm: try norm("input_layernorm"), postAttentionNorm: try norm("post_attention_layernorm"),
                heads: configuration.attentionHeadCount, keyValueHeads: configuration.keyValueHeadCount, rotary: rotary)
        }
        let finalNorm = RMSNorm(
            weight: try reader.vector("model.norm.weight", count: hidden),
            epsilon: Float(configuration.rmsNormEpsilon))
        let head =
            configuration.tiesWordEmbeddings
            ? embedding
            : try reader.table(
                "lm_head.weight", shape: [configuration.vocabularySize, hidden], blockType: computeType)
        self.init(
            configuration: configuration, embedding: embedding, layers: layers, finalNorm: finalNorm,
            head: head, computeType: computeType)
    }

    private static func projection(
        _ name: String, shape: [Int], reader: WeightReader, computeType: DType, quantization: QuantizationSettings?
    ) throws -> Linear {
        let weight = "\(name).weight"
        if let stored = try reader.serialized4Bit(weight, shape: shape) {
            if let wanted = quantization?.blockSize, wanted != stored.blockSize {
                throw InputError(
                    .data, at: "\(reader.file): \(weight)",
                    "expected blocks of \(wanted) or a weight not yet quantized, found blocks of \(stored.blockSize)")
            }
            return NF4Linear(name: name, matrix: stored)
        }
        guard let quantization else {
            return Linear(
                name: name, weight: .dense(try reader.dense(weight, shape: shape, blockType: computeType)))
        }
        return NF4Linear(name: name, matrix: try reader.quantized(weight, shape: shape, quantization))
    }

    private static func refuseRequantizing(_ location: ModelLocation, _ wanted: QuantizationSettings?) throws {
        guard let stored = location.quantization, let wanted else { return }
        guard stored.quantType == wanted.type, stored.usesDoubleQuantization == wanted.doubleQuantized
        else {
            throw InputError(
                .data, at: "\(location.url.path): quantization_config",
                "expected weights not yet quantized or \(wanted.type.rawValue) with double_quant \(wanted.doubleQuantized), "
                    + "found \(stored.quantType.rawValue) with double_quant \(stored.usesDoubleQuantization)")
        }
    }
}

extension LlamaConfiguration {
    /// The seven projections of a layer, in the order of the forward pass, and their shapes [out, in].
    package var projectionShapes: [(name: String, shape: [Int])] {
        let queries = attentionHeadCount * headDimension
        let keys = keyValueHeadCount * headDimension
        return [
            ("self_attn.q_proj", [queries, hiddenSize]), ("self_attn.k_proj", [keys, hiddenSize]),
            ("self_attn.v_proj", [keys, hiddenSize]), ("self_attn.o_proj", [hiddenSize, queries]),
            ("mlp.gate_proj", [intermediateSize, hiddenSize]), ("mlp.up_proj", [intermediateSize, hiddenSize]),
            ("mlp.down_proj", [hiddenSize, intermediateSize]),
        ]
    }

    /// The weights of all projections, in the order of the forward pass, and their shapes [out, in].
    var projectionWeights: [(name: String, shape: [Int])] {
        (0..<layerCount).flatMap { layer in
            projectionShapes.map { ("model.layers.\(layer).\($0.name).weight", $0.shape) }
        }
    }
}

extension RotaryEmbedding {
    /// As a model's configuration asks for it.
    package convenience init(_ configuration: LlamaConfiguration) {
        self.init(
            headDimension: configuration.headDimension, theta: configuration.ropeTheta, scaling: Scaling(configuration))
    }
}

extension RotaryEmbedding.Scaling {
    fileprivate init(_ configuration: LlamaConfiguration) {
        if let factors = configuration.ropeFrequencyFactors {
            self = .factors(factors)
            return
        }
        switch configuration.ropeScaling {
        case .none: self = .none
        case .llama3(let factor, let low, let high, let original):
            self = .llama3(
                factor: Float(factor), lowFrequencyFactor: Float(low), highFrequencyFactor: Float(high),
                originalContextLength: original)
        }
    }
}
