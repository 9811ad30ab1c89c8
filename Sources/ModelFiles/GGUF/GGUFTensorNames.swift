/// The names of a Llama model's tensors in GGUF files and in Hugging Face's.
enum GGUFTensorNames {
    /// The tensor of factors by which each rotary frequency is divided; it is part of the configuration.
    static let ropeFrequencies = "rope_freqs.weight"
    static let embedding = "token_embd.weight"
    static let head = "output.weight"

    private static let fixed = [
        embedding: "model.embed_tokens.weight",
        "output_norm.weight": "model.norm.weight",
        head: "lm_head.weight",
    ]
    private static let ofLayer = [
        "attn_norm.weight": "input_layernorm.weight",
        "attn_q.weight": "self_attn.q_proj.weight",
        "attn_k.weight": "self_attn.k_proj.weight",
        "attn_v.weight": "self_attn.v_proj.weight",
        "attn_output.weight": "self_attn.o_proj.weight",
        "ffn_norm.weight": "post_attention_layernorm.weight",
        "ffn_gate.weight": "mlp.gate_proj.weight",
        "ffn_up.weight": "mlp.up_proj.weight",
        "ffn_down.weight": "mlp.down_proj.weight",
    ]

    /// Hugging Face's name for a tensor, or nil where a Llama model has none of that name.
    static func huggingFaceName(of name: String) -> String? {
        if let fixed = fixed[name] { return fixed }
        let parts = name.split(separator: ".", maxSplits: 2)
        guard parts.count == 3, parts[0] == "blk", let layer = Int(parts[1]), layer >= 0, String(layer) == parts[1],
            let tensor = ofLayer[String(parts[2])]
        else { return nil }
        return "model.layers.\(layer).\(tensor)"
    }

    /// Whether a tensor's rows are stored with each rotary pair side by side.
    static func hasRotaryRowOrder(_ name: String) -> Bool {
        name.hasSuffix(".attn_q.weight") || name.hasSuffix(".attn_k.weight")
    }
}
