import Diagnostics
import Files
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
        func token(_ identifier: Int?) -> JSONValue { identifier.map { .number($0) } ?? .null }
        let ends = endOfSequenceTokens
        var members: [JSONValue.Member] = [
            .init("architectures", .strings(["LlamaForCausalLM"])), .init("attention_bias", .bool(false)),
            .init("attention_dropout", .float(0)), .init("bos_token_id", token(beginningOfSequenceToken)),
            .init("dtype", .string(dtype.rawValue)),
            .init("eos_token_id", ends.count > 1 ? .array(ends.map { .number($0) }) : token(ends.first)),
            .init("head_dim", .number(headDimension)), .init("hidden_act", .string("silu")),
            .init("hidden_size", .number(hiddenSize)), .init("intermediate_size", .number(intermediateSize)),
            .init("max_position_embeddings", .number(maxPositionEmbeddings)), .init("mlp_bias", .bool(false)),
            .init("model_type", .string("llama")), .init("num_attention_heads", .number(attentionHeadCount)),
            .init("num_hidden_layers", .number(layerCount)), .init("num_key_value_heads", .number(keyValueHeadCount)),
            .init("pad_token_id", token(paddingToken)),
        ]
        if let quantization { members.append(.init("quantization_config", quantization.json)) }
        members += [
            .init("rms_norm_eps", .float(rmsNormEpsilon)), .init("rope_parameters", ropeParameters),
            .init("tie_word_embeddings", .bool(tiesWordEmbeddings)), .init("vocab_size", .number(vocabularySize)),
        ]
        return JSONValue.object(members).expandedText
    }

    private var ropeParameters: JSONValue {
        switch ropeScaling {
        case .none: .object([.init("rope_theta", .float(ropeTheta)), .init("rope_type", .string("default"))])
        case .llama3(let factor, let low, let high, let originalContextLength):
            .object([
                .init("factor", .float(factor)), .init("high_freq_factor", .float(high)),
                .init("low_freq_factor", .float(low)),
                .init("original_max_position_embeddings", .number(originalContextLength)),
                .init("rope_theta", .float(ropeTheta)), .init("rope_type", .string("llama3")),
            ])
        }
    }
}
