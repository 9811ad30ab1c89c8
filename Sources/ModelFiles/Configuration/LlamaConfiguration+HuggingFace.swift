import Diagnostics
import Files
import Foundation

extension LlamaConfiguration {
    /// Reads a Hugging Face `config.json`.
    ///
    /// Both forms of the rotary keys are read: `rope_parameters`, and the older `rope_theta` with `rope_scaling`. Keys
    /// that Hugging Face's Llama reads and that would change the mathematics beyond this structure are refused by
    /// name. Absent keys take Hugging Face's defaults.
    ///
    /// - Throws: `InputError` with `.missingFile`, or with `.data` naming the file and the key.
    public init(contentsOf url: URL) throws {
        try self.init(JSONNode(contentsOf: url))
    }

    init(_ config: JSONNode) throws {
        try Self.refuseOtherMathematics(config)
        let hiddenSize = try config.required("hidden_size").count
        let heads = try config.required("num_attention_heads").count
        let keyValueHeads = try config.count("num_key_value_heads") ?? heads
        guard heads % keyValueHeads == 0 else {
            throw config.failure("num_key_value_heads", "a divisor of the \(heads) attention heads")
        }
        let headDimension: Int
        if let given = try config.count("head_dim") {
            headDimension = given
        } else {
            guard hiddenSize % heads == 0 else {
                throw config.failure("head_dim", "a value, as \(hiddenSize) features do not divide into \(heads) heads")
            }
            headDimension = hiddenSize / heads
        }
        guard headDimension % 2 == 0 else {
            throw config.failure("head_dim", "an even number of features in a head (\(headDimension))")
        }
        let epsilon = try config.double("rms_norm_eps") ?? 1e-6
        guard epsilon > 0, epsilon < 1 else { throw config.failure("rms_norm_eps", "a number between 0 and 1") }
        let contextLength = try config.count("max_position_embeddings") ?? 2048
        let rope = try Self.rope(config, contextLength: contextLength)
        self.init(
            vocabularySize: try config.required("vocab_size").count,
            hiddenSize: hiddenSize,
            intermediateSize: try config.required("intermediate_size").count,
            layerCount: try config.required("num_hidden_layers").count,
            attentionHeadCount: heads,
            keyValueHeadCount: keyValueHeads,
            headDimension: headDimension,
            rmsNormEpsilon: epsilon,
            ropeTheta: rope.theta,
            ropeScaling: rope.scaling,
            maxPositionEmbeddings: contextLength,
            tiesWordEmbeddings: try config.bool("tie_word_embeddings") ?? false,
            beginningOfSequenceToken: try (config.tokenIdentifiers("bos_token_id") ?? [1]).first,
            endOfSequenceTokens: try config.tokenIdentifiers("eos_token_id") ?? [2],
            paddingToken: try config.tokenIdentifiers("pad_token_id")?.first)
        try refuseExtremes(config.failure)
    }

    private static func refuseOtherMathematics(_ config: JSONNode) throws {
        guard try config.required("model_type").string == "llama" else {
            throw config.failure("model_type", "\"llama\"")
        }
        if let architectures = try config.member("architectures"),
            !(try architectures.array.contains { $0.string == "LlamaForCausalLM" })
        {
            throw InputError(
                .data, at: architectures.place,
                "expected \"LlamaForCausalLM\", found \(architectures.value.compactText)")
        }
        guard try config.string("hidden_act") ?? "silu" == "silu" else {
            throw config.failure("hidden_act", "\"silu\"")
        }
        for key in ["attention_bias", "mlp_bias"] where try config.bool(key) ?? false {
            throw config.failure(key, "false")
        }
        guard try config.double("attention_dropout") ?? 0 == 0 else { throw config.failure("attention_dropout", "0") }
        guard try config.double("partial_rotary_factor") ?? 1 == 1 else {
            throw config.failure("partial_rotary_factor", "1")
        }
        if try config.bool("use_sliding_window") ?? true, try config.member("sliding_window") != nil {
            throw config.failure("sliding_window", "null")
        }
    }

    private static func rope(
        _ config: JSONNode, contextLength: Int
    ) throws -> (theta: Double, scaling: RopeScaling) {
        let parameters = try config.member("rope_parameters")
        let olderScaling = try config.member("rope_scaling")
        if let parameters, let olderScaling, try literals(parameters) != literals(olderScaling) {
            throw config.failure("rope_scaling", "nothing beside rope_parameters")
        }
        let theta = try parameters?.double("rope_theta")
        let olderTheta = try config.double("rope_theta")
        if let theta, let olderTheta, theta != olderTheta {
            throw config.failure("rope_theta", "\(theta) as in rope_parameters")
        }
        let base = try theta ?? olderTheta ?? olderScaling?.double("rope_theta") ?? 10_000
        guard base > 0 else { throw config.failure("rope_theta", "a positive number") }
        return (base, try (parameters ?? olderScaling).map { try scaling($0, contextLength: contextLength) } ?? .none)
    }

    private static func literals(_ object: JSONNode) throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try object.object.map { ($0.key, $0.value.compactText) })
    }

    private static func scaling(_ rope: JSONNode, contextLength: Int) throws -> RopeScaling {
        guard try rope.double("partial_rotary_factor") ?? 1 == 1 else {
            throw rope.failure("partial_rotary_factor", "1")
        }
        let key = try rope.member("rope_type") == nil && rope.member("type") != nil ? "type" : "rope_type"
        let common: Set = ["rope_type", "type", "rope_theta", "partial_rotary_factor"]
        switch try rope.string(key) ?? "default" {
        case "default":
            try rope.refuseKeys(otherThan: common)
            return .none
        case "llama3":
            try rope.refuseKeys(
                otherThan: common.union([
                    "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings",
                ]))
            func positive(_ key: String) throws -> Double {
                let value = try rope.required(key).double
                guard value > 0 else { throw rope.failure(key, "a positive number") }
                return value
            }
            let low = try positive("low_freq_factor")
            let high = try positive("high_freq_factor")
            guard high > low else { throw rope.failure("high_freq_factor", "more than the low_freq_factor \(low)") }
            return .llama3(
                factor: try positive("factor"), lowFrequencyFactor: low, highFrequencyFactor: high,
                originalContextLength: try rope.count("original_max_position_embeddings") ?? contextLength)
        default: throw rope.failure(key, "\"default\" or \"llama3\"")
        }
    }
}
