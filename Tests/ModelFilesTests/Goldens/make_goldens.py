"""Writes the goldens of ModelFilesTests into this folder.

Needs numpy, torch, gguf, safetensors and bitsandbytes; pass the SmolLM2 GGUF file to renew smollm2.json as well:
    python make_goldens.py [SmolLM2-135M-Instruct.Q4_1.gguf]
"""

import json
import pathlib
import sys

import bitsandbytes
import gguf
import numpy as np
import safetensors.torch
import torch

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(20)


def half_floats(count):
    """Random f16 of moderate size as bytes, among them a zero, a negative zero and subnormals."""
    values = (random.standard_normal(count) * 0.1).astype(np.float16)
    values[:4] = np.array([0.0, -0.0, 6e-8, -3e-6], dtype=np.float16)[:count]
    return random.permutation(values).view(np.uint8).reshape(count, 2)


# Where the f16 scales stand within a block; every other byte is free.
SCALES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}


def encoding_types():
    """types.gguf: one tensor of two rows of 512 of each type; types.f32: what gguf dequantizes them to, in turn."""
    writer = gguf.GGUFWriter(HERE / "types.gguf", "none")
    writer.add_uint8("value.uint8", 200)
    writer.add_int8("value.int8", -100)
    writer.add_uint16("value.uint16", 60_000)
    writer.add_int16("value.int16", -30_000)
    writer.add_uint32("value.uint32", 4_000_000_000)
    writer.add_int32("value.int32", -2_000_000_000)
    writer.add_uint64("value.uint64", 2**64 - 1)
    writer.add_int64("value.int64", -(2**63))
    writer.add_float32("value.float32", 0.1)
    writer.add_float64("value.float64", 0.1)
    writer.add_bool("value.bool", True)
    writer.add_string("value.string", "Grüße, 世界 🌍")
    writer.add_array("array.int32", [1, -2, 3])
    writer.add_array("array.float32", [0.5, -0.25])
    writer.add_array("array.bool", [True, False])
    writer.add_array("array.string", ["a", "", "ß"])
    expected = []
    for name in ["F32", "F16", "BF16", *SCALES]:
        encoding = gguf.GGMLQuantizationType[name]
        block, size = gguf.GGML_QUANT_SIZES[encoding]
        if name == "F32":
            data = random.standard_normal((2, 512)).astype(np.float32)
            expected.append(data)
            writer.add_tensor(name, data)
            continue
        if name in ("F16", "BF16"):
            data = random.integers(0, 2**16, (2, 512), dtype=np.uint16)
            exponent = 0x7C00 if name == "F16" else 0x7F80
            data[(data & exponent) == exponent] &= 0xFF  # no NaN, whose payload is nobody's promise; subnormals instead
            raw = data.view(np.uint8)
        else:
            raw = random.integers(0, 256, (2 * 512 // block, size), dtype=np.uint8)
            for position in SCALES[name]:
                raw[:, position : position + 2] = half_floats(len(raw))
            raw = raw.reshape(2, -1)
        expected.append(gguf.quants.dequantize(raw.view(np.float16) if name == "F16" else raw, encoding))
        writer.add_tensor(name, raw, raw_dtype=encoding)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    (HERE / "types.f32").write_bytes(b"".join(np.ascontiguousarray(e, dtype=np.float32).tobytes() for e in expected))


CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": 12,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 64,
    "hidden_act": "silu",
    "rms_norm_eps": 1e-05,
    "max_position_embeddings": 131072,
    "tie_word_embeddings": True,
    "bos_token_id": 1,
    "eos_token_id": [2, 3],
    "pad_token_id": 0,
    "rope_theta": 500000.0,
    "rope_scaling": {
        "factor": 8.0,
        "high_freq_factor": 4.0,
        "low_freq_factor": 1.0,
        "original_max_position_embeddings": 8192,
        "rope_type": "llama3",
    },
}


def llama_model():
    """llama/ and llama.gguf: the same model as a Hugging Face folder and as GGUF writes it."""
    folder = HERE / "llama"
    folder.mkdir(exist_ok=True)
    hidden, inner, head = CONFIG["hidden_size"], CONFIG["intermediate_size"], CONFIG["head_dim"]
    heads, kv_heads = CONFIG["num_attention_heads"], CONFIG["num_key_value_heads"]
    shapes = {"model.embed_tokens.weight": (CONFIG["vocab_size"], hidden), "model.norm.weight": (hidden,)}
    names = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight"}
    for layer in range(CONFIG["num_hidden_layers"]):
        for theirs, ours, shape in [
            ("input_layernorm", "attn_norm", (hidden,)),
            ("post_attention_layernorm", "ffn_norm", (hidden,)),
            ("self_attn.q_proj", "attn_q", (heads * head, hidden)),
            ("self_attn.k_proj", "attn_k", (kv_heads * head, hidden)),
            ("self_attn.v_proj", "attn_v", (kv_heads * head, hidden)),
            ("self_attn.o_proj", "attn_output", (hidden, heads * head)),
            ("mlp.gate_proj", "ffn_gate", (inner, hidden)),
            ("mlp.up_proj", "ffn_up", (inner, hidden)),
            ("mlp.down_proj", "ffn_down", (hidden, inner)),
        ]:
            shapes[f"model.layers.{layer}.{theirs}.weight"] = shape
            names[f"model.layers.{layer}.{theirs}.weight"] = f"blk.{layer}.{ours}.weight"
    # Values that f16 and bf16 hold, so that one golden serves every type.
    weights = {n: (random.integers(-64, 65, s) / 64).astype(np.float32) for n, s in shapes.items()}
    safetensors.torch.save_file(
        {n: torch.tensor(w).to(torch.bfloat16) for n, w in weights.items()}, folder / "model.safetensors", {"format": "pt"}
    )
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [2, 3, 4]}) + "\n")

    writer = gguf.GGUFWriter(HERE / "llama.gguf", "llama")
    writer.add_block_count(CONFIG["num_hidden_layers"])
    writer.add_context_length(CONFIG["max_position_embeddings"])
    writer.add_embedding_length(hidden)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(CONFIG["rope_theta"])
    writer.add_layer_norm_rms_eps(CONFIG["rms_norm_eps"])
    writer.add_vocab_size(CONFIG["vocab_size"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(["<pad>", "<s>", "</s>", "<end>", "a", "b", "c", "ab", "Ġ", "Ġa", "é", "abc"])
    writer.add_token_types([3, 3, 3, 3] + [1] * 8)
    writer.add_token_merges(["a b", "ab c", "Ġ a"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_eot_token_id(3)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_chat_template("{{ messages }}")
    scaling = CONFIG["rope_scaling"]
    frequencies = 1.0 / (CONFIG["rope_theta"] ** (torch.arange(0, head, 2, dtype=torch.float32) / head))
    turns = scaling["original_max_position_embeddings"] * frequencies / (2 * torch.pi)
    smooth = (turns - scaling["low_freq_factor"]) / (scaling["high_freq_factor"] - scaling["low_freq_factor"])
    smooth = smooth.clamp(0, 1)
    factors = 1 / ((1 - smooth) / scaling["factor"] + smooth)
    writer.add_tensor("rope_freqs.weight", factors.numpy().astype(np.float32))
    for name, weight in weights.items():
        if names[name].endswith(("attn_q.weight", "attn_k.weight")):
            weight = weight.reshape(-1, 2, head // 2, hidden).swapaxes(1, 2).reshape(weight.shape)
        writer.add_tensor(names[name], weight.astype(np.float16) if "ffn" in names[name] and weight.ndim > 1 else weight)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def safetensors_types():
    """types.safetensors: a tensor of each type, its bytes 11, 48, 85 … (steps of 37, modulo 251)."""
    shapes = {"b.float32": (torch.float32, (3, 5)), "a.float32": (torch.float32, (4,)), "bfloat16": (torch.bfloat16, (2, 3)),
              "float16": (torch.float16, (7,)), "int32": (torch.int32, (2, 2)), "int64": (torch.int64, (3,)),
              "uint8 \"ä\"": (torch.uint8, (5, 1)), "empty": (torch.float32, (0, 4)), "scalar": (torch.float32, ())}
    tensors = {}
    for name, (dtype, shape) in shapes.items():
        count = int(np.prod(shape)) * dtype.itemsize
        raw = ((np.arange(count) * 37 + 11) % 251).astype(np.uint8)
        tensors[name] = torch.from_numpy(raw).view(dtype).reshape(shape) if count else torch.zeros(shape, dtype=dtype)
    safetensors.torch.save_file(tensors, HERE / "types.safetensors", {"format": "pt"})


def four_bit():
    """nf4.safetensors, fp4_nested.safetensors: a weight [48, 64] as bitsandbytes stores it."""
    torch.manual_seed(3)
    weight = torch.randn(48, 64, dtype=torch.float32).to(torch.bfloat16)
    for file, quant_type, nested in [("nf4", "nf4", False), ("fp4_nested", "fp4", True)]:
        codes, state = bitsandbytes.functional.quantize_4bit(
            weight, blocksize=64, quant_type=quant_type, compress_statistics=nested)
        tensors = {"x.weight": codes}
        tensors |= {f"x.weight.{k}": v for k, v in state.as_dict(packed=True).items()}
        safetensors.torch.save_file(tensors, HERE / f"{file}.safetensors", {"format": "pt"})


def weighted_sum(values):
    """Sum of each f32's bits times an odd number that grows with its index, modulo 2^64."""
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32).ravel().astype(np.uint64)
    return int((bits * (2 * np.arange(bits.size, dtype=np.uint64) + 1)).sum())


def smollm2(path):
    """smollm2.json: weighted sums of tensors of SmolLM2-135M-Instruct in Hugging Face's order."""
    reader = gguf.GGUFReader(path)
    tensors = {t.name: t for t in reader.tensors}
    head = 64
    sums = {}
    for name, stored in [
        ("model.embed_tokens.weight", "token_embd.weight"),
        ("model.layers.0.self_attn.q_proj.weight", "blk.0.attn_q.weight"),
        ("model.layers.17.self_attn.k_proj.weight", "blk.17.attn_k.weight"),
        ("model.layers.29.mlp.down_proj.weight", "blk.29.ffn_down.weight"),
        ("model.norm.weight", "output_norm.weight"),
    ]:
        tensor = tensors[stored]
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).reshape(tuple(reversed(tensor.shape.tolist())))
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            values = values.reshape(-1, head // 2, 2, values.shape[1]).swapaxes(1, 2).reshape(values.shape)
        sums[name] = weighted_sum(values[:600] if values.ndim > 1 else values)
    (HERE / "smollm2.json").write_text(json.dumps(sums, indent=2) + "\n")


encoding_types()
llama_model()
safetensors_types()
four_bit()
if len(sys.argv) > 1:
    smollm2(sys.argv[1])
