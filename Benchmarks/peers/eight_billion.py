"""QLoRA steps at Llama-3.1-8B's layer shapes by transformers, peft and bitsandbytes: models of 1 and of 3 layers with
the real embedding and head, extrapolated to 32 layers. Each model runs in a process of its own."""

import argparse
import json
import subprocess
import sys
import tempfile
import time

from measuring import Figures, fail, peak_gb, require_memory

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--tokens", type=int, default=1024, help="tokens of the one row of a step; all carry loss")
parser.add_argument("--steps", type=int, default=4, help="optimizer steps, the first of which is a warm-up")
parser.add_argument("--keep-activations", action="store_true", help="without gradient checkpointing")
parser.add_argument("--rows", help="JSONL rows of messages: train on the first 8, two at a time, instead")
parser.add_argument("--vocabulary", help="the tiktoken tokenizer.model for --rows")
parser.add_argument("--json")
parser.add_argument("--layers", type=int, help=argparse.SUPPRESS)
arguments = parser.parse_args()
if arguments.steps < 2:
    fail("--steps", "expected at least 2")


def batches():
    """Padded batches of token ids and labels, and how many tokens are no padding."""
    import torch

    if not arguments.rows:
        generator = torch.Generator().manual_seed(1)
        ids = torch.randint(0, 128_000, (1, arguments.tokens), generator=generator)
        return [{"input_ids": ids, "labels": ids, "attention_mask": torch.ones_like(ids)}], arguments.tokens
    import base64

    import tiktoken
    from tiktoken.load import load_tiktoken_bpe  # noqa: F401 (the format's own reader)

    ranks = {base64.b64decode(line.split()[0]): int(line.split()[1]) for line in open(arguments.vocabulary, "rb")}
    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    encoding = tiktoken.Encoding("llama3", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    begin, header, header_end, turn_end = 128_000, 128_006, 128_007, 128_009
    encoded = []
    for line in open(arguments.rows).readlines()[:8]:
        messages = json.loads(line)["messages"]
        ids = [begin]
        for message in messages:
            start = [header, *encoding.encode(message["role"]), header_end, *encoding.encode("\n\n")]
            body = [*encoding.encode(message["content"]), turn_end]
            prompt = len(ids) + len(start)
            ids += start + body
        encoded.append((ids, prompt))
    result = []
    for first in range(0, len(encoded), 2):
        rows = encoded[first : first + 2]
        longest = max(len(ids) for ids, _ in rows)
        batch = {name: torch.zeros(len(rows), longest, dtype=torch.long) for name in ("input_ids", "attention_mask")}
        batch["labels"] = torch.full((len(rows), longest), -100)
        for index, (ids, prompt) in enumerate(rows):
            batch["input_ids"][index, : len(ids)] = torch.tensor(ids)
            batch["attention_mask"][index, : len(ids)] = 1
            batch["labels"][index, prompt : len(ids)] = torch.tensor(ids[prompt:])
        result.append(batch)
    return result, sum(len(ids) for ids, _ in encoded)


def measure(layers):
    """Seconds of each step after the first, the peak and the tokens of a step, with so many layers."""
    import torch
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig, LlamaConfig, LlamaForCausalLM
    from transformers.utils import logging

    logging.set_verbosity_error()
    shape = LlamaConfig(
        vocab_size=128_256, hidden_size=4096, intermediate_size=14336, num_hidden_layers=layers,
        num_attention_heads=32, num_key_value_heads=8, head_dim=128, rms_norm_eps=1e-5,
        max_position_embeddings=131_072, tie_word_embeddings=False,
        rope_parameters={
            "rope_type": "llama3", "rope_theta": 500_000.0, "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
        },
    )
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", WRITE_MODEL, folder, shape.to_json_string()], check=True)
        model = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=torch.bfloat16,
            quantization_config=BitsAndBytesConfig(
                load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
                bnb_4bit_compute_dtype=torch.bfloat16,
            ),
            device_map={"": "cpu"},
        )
    model = prepare_model_for_kbit_training(
        model, use_gradient_checkpointing=not arguments.keep_activations,
        gradient_checkpointing_kwargs={"use_reentrant": False},
    )
    model = get_peft_model(
        model,
        LoraConfig(
            r=16, lora_alpha=32, lora_dropout=0, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"],
            task_type="CAUSAL_LM",
        ),
    )
    model.train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)
    streams, real = batches()
    seconds = []
    for _ in range(arguments.steps):
        began = time.perf_counter()
        for batch in streams:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = model(**batch, use_cache=False).loss / len(streams)
            loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seconds.append(time.perf_counter() - began)
        print(f"{layers} layers: {seconds[-1]:.2f} s a step, loss {loss.item():.3f}", flush=True)
    return {"seconds": seconds[1:], "peak": peak_gb(), "tokens": real}


# In a process of its own: making the weights takes more memory than training on them.
WRITE_MODEL = """
import json, sys, torch
from transformers import LlamaConfig, LlamaForCausalLM
torch.set_default_dtype(torch.bfloat16)
LlamaForCausalLM(LlamaConfig(**json.loads(sys.argv[2]))).save_pretrained(sys.argv[1])
"""

if arguments.layers:
    result = measure(arguments.layers)
    with open(arguments.json, "w") as file:
        json.dump(result, file)
    sys.exit()

if arguments.rows and not arguments.vocabulary:
    fail("--vocabulary", "expected the vocabulary that --rows is encoded with, found none")
require_memory(12)
results = {}
for layers in (1, 3):
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        own = [*sys.argv[1:], "--layers", str(layers), "--json", file.name]
        if subprocess.run([sys.executable, __file__, *own]).returncode != 0:
            fail(f"{layers} layers", "failed, as said above (without a word: killed for memory)")
        results[layers] = json.load(open(file.name))

figures = Figures()
middle = {}
for layers, result in results.items():
    figures.add(f"peft/Llama-3.1-8B shapes, {layers} layers, step", result["seconds"], "s")
    figures.add(f"peft/Llama-3.1-8B shapes, {layers} layers, peak memory", [result["peak"]], "GB")
    middle[layers] = sorted(result["seconds"])[len(result["seconds"]) // 2]
layer = (middle[3] - middle[1]) / 2
memory = (results[3]["peak"] - results[1]["peak"]) / 2
print(f"extrapolation: a layer takes ({middle[3]:.2f} s - {middle[1]:.2f} s) / 2 = {layer:.2f} s,")
print(f"               32 layers {middle[1]:.2f} s + 31 · {layer:.2f} s = {middle[1] + 31 * layer:.1f} s")
figures.add("peft/Llama-3.1-8B extrapolated to 32 layers, step", [middle[1] + 31 * layer], "s")
figures.add(
    "peft/Llama-3.1-8B extrapolated to 32 layers, real tokens",
    [results[1]["tokens"] / (middle[1] + 31 * layer)], "tokens/s",
)
figures.add(
    "peft/Llama-3.1-8B extrapolated to 32 layers, peak memory", [results[1]["peak"] + 31 * memory], "GB"
)
figures.write(arguments.json)
