"""Makes the tiny Llama folders, as Hugging Face writes them, and their logits.

Usage: python make_models.py   (needs numpy, torch, transformers, bitsandbytes, accelerate, safetensors)

Beside each folder `<name>/` lies `<name>.safetensors` with `tokens.<i>` and `logits.<i>` ([tokens, vocabulary], float32)
of two sequences, and `generation.prompt`, `generation.tokens` (12 greedy tokens). The weights come from a formula
(tiny_llama.py), not from a random generator.
"""
import json
import pathlib
import shutil
import sys
import tempfile

import bitsandbytes
import numpy as np
import torch
import transformers
from bitsandbytes import functional
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, LlamaConfig

import tiny_llama

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "TensorsTests" / "Goldens"))
import four_bit_rule as rule  # noqa: E402

MADE = (f"make_models.py, torch {torch.__version__}, transformers {transformers.__version__}, "
        f"bitsandbytes {bitsandbytes.__version__}, numpy {np.__version__}")
SPECIAL = dict(bos_token_id=1, eos_token_id=2, pad_token_id=0)
LLAMA3 = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
          "high_freq_factor": 4.0, "original_max_position_embeddings": 64}

CONFIGURATIONS = {
    "plain": LlamaConfig(
        vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=256, rms_norm_eps=1e-5, tie_word_embeddings=False,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, **SPECIAL),
    "llama3_rope": LlamaConfig(
        vocab_size=101, hidden_size=32, intermediate_size=56, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=1, head_dim=16, max_position_embeddings=512, rms_norm_eps=1e-6, tie_word_embeddings=True,
        rope_parameters=LLAMA3, **SPECIAL),
    "tinyllama": LlamaConfig(
        vocab_size=100, hidden_size=64, intermediate_size=88, num_hidden_layers=2, num_attention_heads=8,
        num_key_value_heads=1, max_position_embeddings=2048, rms_norm_eps=1e-5, tie_word_embeddings=False,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, **SPECIAL),
    "smollm2": LlamaConfig(
        vocab_size=64, hidden_size=72, intermediate_size=64, num_hidden_layers=2, num_attention_heads=9,
        num_key_value_heads=3, max_position_embeddings=8192, rms_norm_eps=1e-5, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 100000.0}, **SPECIAL),
}
STORED = {"tinyllama": torch.bfloat16, "smollm2": torch.float16}
LENGTHS = {"llama3_rope": (7, 90)}


def sequence(name, length, start):
    """Tokens that visit the vocabulary without the three special ones."""
    ordinary = CONFIGURATIONS[name].vocab_size - 3
    return [3 + (start + 7 * i + i * i // 3) % ordinary for i in range(length)]


def save_expected(name, model, source):
    sequences = [sequence(source, length, start) for length, start in zip(LENGTHS.get(source, (7, 13)), (5, 19))]
    prompt = sequence(source, 9, 33)
    tensors = {"generation.prompt": torch.tensor(prompt),
               "generation.tokens": torch.tensor(tiny_llama.greedy(model, prompt, 12))}
    for i, tokens in enumerate(sequences):
        tensors |= {f"tokens.{i}": torch.tensor(tokens), f"logits.{i}": tiny_llama.logits(model, tokens)}
    save_file(tensors, HERE / f"{name}.safetensors", metadata={"made_by": MADE})
    print(f"{name}: logits {tensors['logits.1'].abs().max():.2f} at most, then {tensors['generation.tokens'].tolist()}")


def with_old_keys(config):
    """The configuration as transformers wrote it before `rope_parameters` and `dtype`."""
    old = {key: value for key, value in config.items() if key not in ("rope_parameters", "dtype")}
    rope = dict(config["rope_parameters"])
    old["rope_theta"] = rope.pop("rope_theta")
    old["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    old["torch_dtype"] = config["dtype"]
    old["transformers_version"] = "4.40.0"
    return dict(sorted(old.items()))


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def read(folder, **changes):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager", **changes)


def make_folder(name):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    model = tiny_llama.make(CONFIGURATIONS[name])
    stored = STORED.get(name, torch.float32)
    model.to(stored).save_pretrained(folder, max_shard_size="40KB" if name == "llama3_rope" else "1GB")
    written = json.loads((folder / "config.json").read_text())
    if name == "tinyllama":
        old = with_old_keys(written)
        del old["head_dim"]  # absent in files of that age
        write_json(folder / "config.json", old)
    if name == "llama3_rope":
        write_json(HERE / "llama3_rope_old_keys.json", with_old_keys(written))
        old = LlamaConfig.from_dict(with_old_keys(written))
        assert old.rope_parameters == CONFIGURATIONS[name].rope_parameters
        assert json.loads((folder / "model.safetensors.index.json").read_text())["weight_map"]
    model = read(folder)
    save_expected(name, model, name)
    if name == "llama3_rope":  # the scaling must show in the logits of the longer sequence
        unscaled = read(folder, rope_parameters={"rope_type": "default", "rope_theta": 500000.0})
        tokens = sequence(name, 90, 19)
        assert (tiny_llama.logits(unscaled, tokens) - tiny_llama.logits(model, tokens)).abs().max() > 0.1


def four_bit_tensors(name, weight, nested):
    """The tensors that stand for one weight in bitsandbytes' serialized form."""
    packed, codes, absmax = rule.quantize(weight, "nf4", 64)
    state = {"quant_type": "nf4", "blocksize": 64, "dtype": "float32", "shape": list(weight.shape)}
    tensors = {name: packed[:, None], f"{name}.absmax": absmax, f"{name}.quant_map": rule.NF4_TABLE}
    if nested:
        quantized, absmax2, offset = rule.quantize_absmax(absmax)
        absmax = rule.dequantize_absmax(quantized, absmax2, offset)
        state |= {"nested_blocksize": 256, "nested_dtype": "float32", "nested_offset": float(offset)}
        tensors |= {f"{name}.absmax": quantized, f"{name}.nested_absmax": absmax2,
                    f"{name}.nested_quant_map": rule.dynamic_map()}
    tensors[f"{name}.quant_state.bitsandbytes__nf4"] = np.frombuffer(json.dumps(state).encode(), np.uint8)
    value = rule.dequantize(codes, absmax, "nf4", 64).reshape(weight.shape)
    return {key: torch.from_numpy(array.copy()) for key, array in tensors.items()}, torch.from_numpy(value)


def write_four_bit(source, folder, nested):
    """Writes a 4-bit copy of the model in `source`; returns the values its quantized weights stand for."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    dequantized, tensors = {}, {}
    for key, weight in load_file(source / "model.safetensors").items():
        if key.endswith("_proj.weight"):
            stored, dequantized[key] = four_bit_tensors(key, weight.numpy(), nested)
            tensors |= stored
        else:
            tensors[key] = weight
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((source / "config.json").read_text())
    config["quantization_config"] = quantization(nested).to_dict()
    write_json(folder / "config.json", config)
    return dequantized


def quantization(nested):
    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=nested)


def make_four_bit_folder(name, nested):
    """A 4-bit copy of `plain`, and the logits of the float32 model with the same (dequantized) weights."""
    dequantized = write_four_bit(HERE / "plain", HERE / name, nested)
    check_layout(HERE / "plain", HERE / name, dequantized, nested)
    model = read(HERE / "plain")
    model.load_state_dict(dequantized, strict=False)
    save_expected(name, model, "plain")


def check_layout(source, folder, dequantized, nested):
    """transformers with bitsandbytes (on the CPU) reads these values, and would itself write the same layout."""
    theirs = read(folder, device_map="cpu")
    for key, value in dequantized.items():
        weight = theirs.get_submodule(key.removesuffix(".weight")).weight
        weight.quant_state.shape = torch.Size([value.numel()])  # see check_logits
        assert torch.equal(functional.dequantize_4bit(weight.data, weight.quant_state).reshape(value.shape), value), key

    written = load_file(folder / "model.safetensors")
    known = dict(read(source, device_map="cpu", quantization_config=quantization(nested)).state_dict())
    assert written.keys() == known.keys(), written.keys() ^ known.keys()
    for key, value in written.items():
        if "quant_state" in key:
            ours, bits = (json.loads(bytes(state.tolist())) for state in (value, known[key]))
            assert list(ours) == list(bits)
            assert abs(ours.pop("nested_offset", 0) - bits.pop("nested_offset", 0)) < 1e-6
            assert ours == bits, (ours, bits)
        else:
            assert value.shape == known[key].shape and value.dtype == known[key].dtype, key
    print(f"{folder.name}: transformers and bitsandbytes read it as meant and lay it out alike")


def check_logits(nested):
    """A wider model in the same form gives the same logits in transformers with bitsandbytes.

    `plain` itself is too narrow for that: where a row is not a whole number of blocks, the CPU build of bitsandbytes
    (0.50.2) takes a neighbour's absmax. Dequantized as one long row, as in check_layout, every shape comes out right.
    """
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        config = LlamaConfig(vocab_size=96, hidden_size=64, intermediate_size=128, num_hidden_layers=2,
                             num_attention_heads=4, num_key_value_heads=2, **SPECIAL)
        model = tiny_llama.make(config)
        model.save_pretrained(folder / "wide")
        dequantized = write_four_bit(folder / "wide", folder / "wide_nf4", nested)
        model.load_state_dict(dequantized, strict=False)
        theirs = read(folder / "wide_nf4", device_map="cpu").train()  # in evaluation it computes in bfloat16
        tokens = sequence("plain", 13, 19)
        difference = (tiny_llama.logits(theirs, tokens) - tiny_llama.logits(model, tokens)).abs().max()
        assert difference < 1e-4, difference


for name in CONFIGURATIONS:
    make_folder(name)
for name, nested in (("plain_nf4", False), ("plain_nf4_nested", True)):
    make_four_bit_folder(name, nested)
    check_logits(nested)
