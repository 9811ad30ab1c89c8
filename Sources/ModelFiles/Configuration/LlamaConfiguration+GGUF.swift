import Diagnostics
import Foundation

extension LlamaConfiguration {
    /// Reads the metadata of a GGUF file of the Llama architecture.
    ///
    /// - Throws: `InputError` with `.data`, naming the file and the key or tensor, also where a key would change the
    ///   mathematics beyond this structure.
    public init(_ file: GGUFFile) throws {
        let metadata = GGUFMetadata(file)
        let architecture = "general.architecture"
        guard try metadata.required(architecture, metadata.string(architecture)) == "llama" else {
            throw metadata.failure(architecture, "'llama'")
        }
        func count(_ key: String) throws -> Int { try metadata.required(key, metadata.count(key)) }
        let hiddenSize = try count("llama.embedding_length")
        let heads = try count("llama.attention.head_count")
        let headDimension = try Self.headDimension(metadata, hiddenSize: hiddenSize, heads: heads)
        let keyValueHeads = try metadata.count("llama.attention.head_count_kv") ?? heads
        guard heads % keyValueHeads == 0 else {
            throw metadata.failure("llama.attention.head_count_kv", "a divisor of the \(heads) attention heads")
        }
        try Self.refuseOtherMathematics(metadata, headDimension: headDimension)
        let epsilonKey = "llama.attention.layer_norm_rms_epsilon"
        let epsilon = try metadata.required(epsilonKey, metadata.double(epsilonKey))
        guard epsilon > 0, epsilon < 1 else { throw metadata.failure(epsilonKey, "a number between 0 and 1") }
        let theta = try metadata.double("llama.rope.freq_base") ?? 10_000
        guard theta > 0 else { throw metadata.failure("llama.rope.freq_base", "a positive number") }
        let factors = try Self.ropeFrequencyFactors(file, headDimension: headDimension)
        let scaling = factors.flatMap { RopeScaling(factors: $0, theta: theta) }
        let tokens = try Self.tokens(metadata)
        self.init(
            vocabularySize: try Self.vocabularySize(file, metadata),
            hiddenSize: hiddenSize,
            intermediateSize: try count("llama.feed_forward_length"),
            layerCount: try count("llama.block_count"),
            attentionHeadCount: heads,
            keyValueHeadCount: keyValueHeads,
            headDimension: headDimension,
            rmsNormEpsilon: Self.shortestDecimal(epsilon),
            ropeTheta: theta,
            ropeScaling: scaling ?? .none,
            ropeFrequencyFactors: scaling == nil ? factors : nil,
            maxPositionEmbeddings: try count("llama.context_length"),
            tiesWordEmbeddings: file.tensors[GGUFTensorNames.head] == nil,
            beginningOfSequenceToken: tokens.beginning,
            endOfSequenceTokens: tokens.ends,
            paddingToken: tokens.padding)
        let keys = [
            "hidden_size": "llama.embedding_length", "intermediate_size": "llama.feed_forward_length",
            "num_hidden_layers": "llama.block_count", "num_attention_heads": "llama.attention.head_count",
            "head_dim": "llama.attention.key_length", "vocab_size": "llama.vocab_size",
            "max_position_embeddings": "llama.context_length",
        ]
        try refuseExtremes { metadata.failure(keys[$0]!, $1) }
    }

    /// The file holds the f32 next to a short decimal such as 1e-5; this is that decimal.
    private static func shortestDecimal(_ value: Double) -> Double { Double("\(Float(value))") ?? value }

    private static func headDimension(_ metadata: GGUFMetadata, hiddenSize: Int, heads: Int) throws -> Int {
        let key = "llama.attention.key_length"
        let given = try metadata.count(key)
        guard given != nil || hiddenSize % heads == 0 else {
            throw metadata.failure(key, "a value, as \(hiddenSize) features do not divide into \(heads) heads")
        }
        let headDimension = given ?? hiddenSize / heads
        guard headDimension % 2 == 0 else {
            throw metadata.failure(key, "an even number of features in a head (\(headDimension))")
        }
        return headDimension
    }

    private static func refuseOtherMathematics(_ metadata: GGUFMetadata, headDimension: Int) throws {
        for key in ["llama.attention.value_length", "llama.rope.dimension_count"] {
            guard try metadata.count(key) ?? headDimension == headDimension else {
                throw metadata.failure(key, "\(headDimension), the size of a head")
            }
        }
        let offKeys = [
            "llama.expert_count", "llama.attention.sliding_window", "llama.attention.clamp_kqv",
            "llama.attention.max_alibi_bias", "llama.attention.scale", "llama.attn_logit_softcapping",
            "llama.final_logit_softcapping",
        ]
        for key in offKeys {
            guard try metadata.double(key) ?? 0 == 0 else { throw metadata.failure(key, "0") }
        }
        let scales = [
            "llama.logit_scale", "llama.residual_scale", "llama.embedding_scale", "llama.rope.scale_linear",
            "llama.rope.scaling.attn_factor",
        ]
        for key in scales {
            guard try metadata.double(key) ?? 1 == 1 else { throw metadata.failure(key, "1") }
        }
        guard try metadata.bool("llama.use_parallel_residual") != true else {
            throw metadata.failure("llama.use_parallel_residual", "false")
        }
        guard try metadata.bool("llama.attention.causal") != false else {
            throw metadata.failure("llama.attention.causal", "true")
        }
        let scalingType = "llama.rope.scaling.type"
        let isUnscaled = try metadata.double("llama.rope.scaling.factor") ?? 1 == 1
        switch try metadata.string(scalingType) {
        case nil, "none": break
        case "linear" where isUnscaled: break
        default: throw metadata.failure(scalingType, "'none'")
        }
    }

    private static func ropeFrequencyFactors(_ file: GGUFFile, headDimension: Int) throws -> [Float]? {
        let name = GGUFTensorNames.ropeFrequencies
        guard let entry = file.tensors[name] else { return nil }
        let place = "\(file.path): tensor \(quoted(name))"
        guard entry.encoding == .float32, entry.shape == [headDimension / 2] else {
            throw InputError(
                .data, at: place,
                "expected \(headDimension / 2) elements of F32, found \(entry.encoding.rawValue) \(entry.shape)")
        }
        let bytes = try file.bytes(of: name)
        let factors = (0..<headDimension / 2).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        guard factors.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw InputError(.data, at: place, "expected positive finite factors, found others")
        }
        return factors
    }

    private static func vocabularySize(_ file: GGUFFile, _ metadata: GGUFMetadata) throws -> Int {
        let entry = try file.entry(GGUFTensorNames.embedding)
        guard entry.shape.count == 2 else {
            throw InputError(
                .data, at: "\(file.path): tensor \(quoted(GGUFTensorNames.embedding))",
                "expected a matrix, found extents \(entry.shape)")
        }
        guard try metadata.count("llama.vocab_size") ?? entry.shape[0] == entry.shape[0] else {
            throw metadata.failure("llama.vocab_size", "\(entry.shape[0]), the rows of the embedding")
        }
        return entry.shape[0]
    }

    private static func tokens(_ metadata: GGUFMetadata) throws -> (beginning: Int?, ends: [Int], padding: Int?) {
        func token(_ name: String) throws -> Int? {
            let key = "tokenizer.ggml.\(name)_token_id"
            let token = try metadata.integer(key)
            guard token ?? 0 >= 0 else { throw metadata.failure(key, "a token id") }
            return token
        }
        var ends: [Int] = []
        for name in ["eos", "eot", "eom"] {
            if let end = try token(name), !ends.contains(end) { ends.append(end) }
        }
        return (try token("bos"), ends, try token("padding"))
    }
}

extension LlamaConfiguration.RopeScaling {
    /// The rule that gives these factors, or nil where Llama 3's with its published constants does not.
    init?(factors: [Float], theta: Double) {
        guard let largest = factors.max() else { return nil }
        let rule = Self.llama3(
            factor: Double(largest), lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192)
        let expected = rule.frequencyFactors(theta: theta, headDimension: 2 * factors.count)
        guard zip(factors, expected).allSatisfy({ abs(Double($0) - $1) <= 1e-4 * $1 }) else { return nil }
        self = rule
    }

    /// What each of the `headDimension / 2` rotary frequencies θ^(−2i/headDimension) is divided by.
    public func frequencyFactors(theta: Double, headDimension: Int) -> [Double] {
        (0..<headDimension / 2).map { index in
            guard case .llama3(let factor, let low, let high, let originalContextLength) = self else { return 1 }
            let wavelength = 2 * Double.pi * pow(theta, Double(2 * index) / Double(headDimension))
            let turns = Double(originalContextLength) / wavelength
            if turns > high { return 1 }
            if turns < low { return factor }
            let smooth = (turns - low) / (high - low)
            return 1 / ((1 - smooth) / factor + smooth)
        }
    }
}
