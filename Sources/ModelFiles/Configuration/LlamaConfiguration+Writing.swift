import Diagnostics
import Tensors

extension LlamaConfiguration {
    /// The text of a Hugging Face `config.json` for this model, in the form that carries `rope_parameters`.
    ///
    /// - Parameters:
    ///   - dtype: the element type of the weights that are not quantized.
    ///   - quantization: what the 4-bit weights beside it are, or nil where there are none.
    /// - Throws: `InputError` with `.data` where the rotary frequencies follow no rule such a file can state.
    public func huggingFaceJSON(dtype: DType, quantization: BitsAndBytesConfiguration? = nil) throws -> String {
        guard ropeFrequencyFactors == nil else {
            throw InputError(
                .data, at: GGUFTensorNames.ropeFrequencies,
                "expected rotary factors that a config.json can state, found others")
        }
        func text(_ token: Int?) -> String { token.map(String.init) ?? "null" }
        let ends = endOfSequenceTokens.map(String.init)
        var members: [(String, String)] = [
            ("architectures", "[\"LlamaForCausalLM\"]"), ("attention_bias", "false"), ("attention_dropout", "0.0"),
            ("bos_token_id", text(beginningOfSequenceToken)), ("dtype", JSONText.string(dtype.rawValue)),
            ("eos_token_id", ends.count > 1 ? "[\(ends.joined(separator: ", "))]" : ends.first ?? "null"),
            ("head_dim", "\(headDimension)"), ("hidden_act", "\"silu\""), ("hidden_size", "\(hiddenSize)"),
            ("intermediate_size", "\(intermediateSize)"), ("max_position_embeddings", "\(maxPositionEmbeddings)"),
            ("mlp_bias", "false"), ("model_type", "\"llama\""), ("num_attention_heads", "\(attentionHeadCount)"),
            ("num_hidden_layers", "\(layerCount)"), ("num_key_value_heads", "\(keyValueHeadCount)"),
            ("pad_token_id", text(paddingToken)),
        ]
        if let quantization { members.append(("quantization_config", quantization.json)) }
        members += [
            ("rms_norm_eps", "\(rmsNormEpsilon)"), ("rope_parameters", ropeParameters),
            ("tie_word_embeddings", "\(tiesWordEmbeddings)"), ("vocab_size", "\(vocabularySize)"),
        ]
        let lines = members.map { "  \(JSONText.string($0.0)): \($0.1)" }
        return "{\n\(lines.joined(separator: ",\n"))\n}\n"
    }

    private var ropeParameters: String {
        switch ropeScaling {
        case .none: "{\"rope_theta\": \(ropeTheta), \"rope_type\": \"default\"}"
        case .llama3(let factor, let low, let high, let originalContextLength):
            "{\"factor\": \(factor), \"high_freq_factor\": \(high), \"low_freq_factor\": \(low), "
                + "\"original_max_position_embeddings\": \(originalContextLength), \"rope_theta\": \(ropeTheta), "
                + "\"rope_type\": \"llama3\"}"
        }
    }
}
