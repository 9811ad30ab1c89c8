"""Makes the training goldens: tiny models, data, first and last PEFT adapters, and the loss curves between them.

Usage: python make_training.py   (needs numpy, torch, transformers, peft, tokenizers, safetensors)

The loop is written out in plain PyTorch: rows in file order, epoch after epoch, the last batch of an epoch short; the
loss is the sum over the tokens after the last generation prompt, divided by their number over all micro-batches of the
step; AdamW with decoupled decay; the gradient norm is the one before clipping. lora_B starts non-zero, so that
every gradient is well above rounding from the first step on. Each case is run again in float64: the curves must agree
to 1e-5 and the final adapters to 1e-4, or the case would be too sensitive to serve as a golden.
"""
import json
import math
import os
import pathlib
import shutil
import sys

import numpy as np
import peft
import tokenizers
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

import rows

HERE = pathlib.Path(__file__).parent.resolve()
for target in ("ModelsTests", "TensorsTests"):
    sys.path.insert(0, str(HERE.parent.parent / target / "Goldens"))
import four_bit_rule  # noqa: E402
import tiny_llama  # noqa: E402

CHATML = ("{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>'"
          " + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
VOCABULARY = 384
SHARED = dict(vocab_size=VOCABULARY, hidden_size=48, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
              pad_token_id=0, bos_token_id=1, eos_token_id=2)
ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
EVERY = ATTENTION + ["gate_proj", "up_proj", "down_proj"]

CASES = {
    "plain": dict(
        model=LlamaConfig(**SHARED, num_key_value_heads=2, max_position_embeddings=512, rms_norm_eps=1e-5,
                          tie_word_embeddings=False,
                          rope_parameters={"rope_type": "default", "rope_theta": 10000.0}),
        lora=dict(r=8, lora_alpha=16, target_modules=ATTENTION), form="messages",
        training=dict(learning_rate=4e-3, lr_scheduler_type="cosine", warmup_steps=2, per_device_train_batch_size=4,
                      gradient_accumulation_steps=2, weight_decay=0.0, max_grad_norm=1.0)),
    "rslora": dict(
        model=LlamaConfig(**SHARED, num_key_value_heads=1, head_dim=16, max_position_embeddings=1024, rms_norm_eps=1e-6,
                          tie_word_embeddings=True,
                          rope_parameters={"rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0,
                                           "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                                           "original_max_position_embeddings": 64}),
        lora=dict(r=4, lora_alpha=8, target_modules=EVERY, use_rslora=True, rank_pattern={"q_proj": 8}),
        form="rounds",
        training=dict(learning_rate=2e-3, lr_scheduler_type="linear", warmup_steps=3, per_device_train_batch_size=3,
                      gradient_accumulation_steps=2, weight_decay=0.1, max_grad_norm=0.5)),
    "nf4": dict(
        model="../plain/model", quantization={"quant_type": "nf4", "double_quant": False, "block_size": 64},
        lora=dict(r=8, lora_alpha=16, target_modules=ATTENTION), form="prompt_completion",
        training=dict(learning_rate=2e-3, lr_scheduler_type="constant", warmup_steps=2, per_device_train_batch_size=4,
                      gradient_accumulation_steps=1, weight_decay=0.0, max_grad_norm=2.0)),
}
STEPS = 30


def message(role, content):
    return {"role": role, "content": content}


def conversation(row, rounds):
    """A chat row; with `rounds`, no system turn, and a second exchange where the row has a judgement."""
    text, anonymized, judgement = row
    if not rounds:
        return [message("system", rows.INSTRUCTION), message("user", text), message("assistant", anonymized)]
    turns = [message("user", text), message("assistant", anonymized)]
    return turns + [message("user", rows.QUESTION), message("assistant", judgement)] if judgement else turns


def data_rows(form):
    """The case's training data: the conversations, and the rows as train.jsonl has them."""
    chosen = rows.TRAIN[:23] if form == "rounds" else rows.TRAIN
    conversations = [conversation(row, form == "rounds") for row in chosen]
    if form == "prompt_completion":
        return conversations, [{"prompt": turns[:-1], "completion": turns[-1:]} for turns in conversations]
    return conversations, [{"messages": turns} for turns in conversations]


def make_tokenizer():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=SPECIAL, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator([part for row in rows.TRAIN for part in row if part], trainer)
    assert tokenizer.get_vocab_size() == VOCABULARY
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<|im_start|>", eos_token="<|im_end|>",
                                   pad_token="<|endoftext|>", chat_template=CHATML)


def tokenize(tokenizer, turns):
    """(token ids of the whole row, number of those that are context and carry no loss)."""
    def ids(part, generation):
        return tokenizer.apply_chat_template(part, add_generation_prompt=generation, return_dict=True)["input_ids"]

    context, whole = ids(turns[:-1], True), ids(turns, False)
    assert whole[:len(context)] == context
    return whole, len(context)


def log_probabilities(model, example):
    """Log-probability of each token that carries loss."""
    tokens, context = example
    logits = model(input_ids=torch.tensor([tokens])).logits[0, context - 1:-1]
    return logits.log_softmax(-1).gather(1, torch.tensor(tokens[context:])[:, None])[:, 0]


def base_model(path, quantization):
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, attn_implementation="eager")
    if quantization:
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if name.endswith("_proj.weight"):
                    parameter.copy_(torch.from_numpy(four_bit_rule.round_trip(parameter.numpy())))
    return model


def rate(training, step):
    """Learning rate of a step counted from 0."""
    warmup, peak = training["warmup_steps"], training["learning_rate"]
    if step < warmup:
        return peak * step / warmup
    done = (step - warmup) / (STEPS - warmup)
    return peak * {"constant": 1, "linear": 1 - done, "cosine": (1 + math.cos(math.pi * done)) / 2}[
        training["lr_scheduler_type"]]


def step_batches(count, training):
    """The rows of each optimizer step."""
    size, accumulation = training["per_device_train_batch_size"], training["gradient_accumulation_steps"]
    micro = [list(range(start, min(start + size, count))) for start in range(0, count, size)]
    assert len(micro) % accumulation == 0, "steps must not straddle epochs"
    epoch = [sum(micro[i:i + accumulation], []) for i in range(0, len(micro), accumulation)]
    return [epoch[step % len(epoch)] for step in range(STEPS)]


def train(model, examples, training):
    """Trains the adapter in place; returns the curve."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=0.0, betas=(0.9, 0.999), eps=1e-8,
                                  weight_decay=training["weight_decay"])
    curve = []
    for step, batch in enumerate(step_batches(len(examples), training)):
        optimizer.param_groups[0]["lr"] = rate(training, step)
        optimizer.zero_grad()
        count = sum(len(tokens) - context for tokens, context in (examples[i] for i in batch))
        loss = sum(-log_probabilities(model, examples[i]).sum() for i in batch) / count
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, training["max_grad_norm"])
        optimizer.step()
        curve.append({"step": step + 1, "loss": loss.item(), "grad_norm": norm.item(),
                      "learning_rate": rate(training, step), "num_loss_tokens": count})
    return curve


@torch.no_grad()
def evaluate(model, examples):
    """Mean loss of a token over all examples, with every row's sums."""
    sums = [log_probabilities(model, example) for example in examples]
    return {"loss": -sum(s.sum().item() for s in sums) / sum(len(s) for s in sums),
            "rows": [{"num_loss_tokens": len(s), "logp": s.sum().item()} for s in sums]}


def save_adapter(model, folder):
    model.save_pretrained(folder, save_embedding_layers=False)
    (pathlib.Path(folder) / "README.md").unlink()
    path = pathlib.Path(folder) / "adapter_config.json"
    config = json.loads(path.read_text())
    config["target_modules"].sort()  # PEFT keeps a set, whose order changes from run to run
    path.write_text(json.dumps(config, indent=2, sort_keys=True))


def write_lines(path, values):
    pathlib.Path(path).write_text("".join(json.dumps(value) + "\n" for value in values))


def make_case(name, model, lora, form, training, quantization=None):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    os.chdir(folder)
    if isinstance(model, LlamaConfig):
        made = LlamaForCausalLM(model).float()
        tiny_llama.fill(made, embedding=0.3)
        made.save_pretrained("model")
        make_tokenizer().save_pretrained("model")
    path = model if isinstance(model, str) else "model"
    tokenizer = PreTrainedTokenizerFast.from_pretrained(path)

    torch.manual_seed(23)
    adapted = get_peft_model(base_model(path, quantization),
                             LoraConfig(task_type="CAUSAL_LM", init_lora_weights="gaussian", **lora))
    with torch.no_grad():
        for index, (key, parameter) in enumerate(sorted(adapted.named_parameters())):
            if "lora_B" in key:
                parameter.copy_(0.03 * torch.from_numpy(tiny_llama.chirp(index, tuple(parameter.shape))))
    save_adapter(adapted, "init_adapter")

    conversations, lines = data_rows(form)
    write_lines("train.jsonl", lines)
    examples = [tokenize(tokenizer, turns) for turns in conversations]
    held_out = [tokenize(tokenizer, conversation(row, False)) for row in rows.HELD_OUT]
    curve = train(adapted, examples, training)
    save_adapter(adapted, "final_adapter")

    exact = PeftModel.from_pretrained(base_model(path, quantization), "init_adapter", is_trainable=True).double()
    check_agreement(adapted, curve, exact, train(exact, examples, training))

    pathlib.Path("curve.json").write_text(json.dumps(curve, indent=0))
    evaluation = evaluate(adapted, held_out)
    pathlib.Path("eval.json").write_text(json.dumps(evaluation, indent=1))
    pathlib.Path("ids.json").write_text(json.dumps([tokens for tokens, _ in examples[:6]]))
    config = {
        "method": "sft", "model": {"path": path, "quantization": quantization, "compute_dtype": "float32"},
        "lora": {"adapter_path": "init_adapter"},
        "data": {"train": "train.jsonl", "eval": "../eval.jsonl", "max_length": 512, "packing": False,
                 "shuffle": False},
        "training": {**training, "max_steps": STEPS, "logging_steps": 1, "eval_steps": STEPS, "seed": 0},
        "output_dir": "out"}
    pathlib.Path("config.json").write_text(json.dumps(config, indent=1))
    longest = max(len(tokens) for tokens, _ in examples)
    norms = [record["grad_norm"] for record in curve]
    print(f"{name}: loss {curve[0]['loss']:.4f} -> {curve[-1]['loss']:.4f}, held out {evaluation['loss']:.4f}, "
          f"gradient norm {min(norms):.2f} to {max(norms):.2f}, rows up to {longest} tokens", flush=True)


def check_agreement(model, curve, exact, exact_curve):
    """The case must not amplify rounding: float32 and float64 give the same curve and the same adapter."""
    worst = {key: max(abs(a[key] / b[key] - 1) for a, b in zip(curve, exact_curve)) for key in ("loss", "grad_norm")}
    adapter = max(((a.detach() - b).norm() / b.norm()).item()
                  for a, b in zip(model.parameters(), exact.parameters()) if b.requires_grad)
    print(f"  float32 against float64: loss {worst['loss']:.1e}, norm {worst['grad_norm']:.1e}, adapter {adapter:.1e}")
    assert worst["loss"] < 1e-5 and adapter < 1e-4


for name, case in CASES.items():
    make_case(name, **case)
write_lines(HERE / "eval.jsonl", [{"messages": conversation(row, False)} for row in rows.HELD_OUT])
versions = {module.__name__: module.__version__ for module in (torch, transformers, peft, tokenizers, np)}
(HERE / "made_by.json").write_text(json.dumps({"script": "make_training.py", **versions}, indent=1))
