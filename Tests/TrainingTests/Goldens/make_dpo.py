"""Makes the goldens of preference training: curves of a few steps for each loss, on plain/model from plain/init_adapter.

Usage: python make_dpo.py   (needs torch, transformers, peft, trl, datasets, after make_training.py)

The curves are those of a loop of its own in float64, which TRL's DPOTrainer in float32 has to agree with, for every loss
that TRL knows (its sigmoid loss has no label smoothing).
"""
import json
import pathlib

import peft
import torch
import torch.nn.functional as F
import transformers
import trl
from datasets import Dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, TrainerCallback
from trl import DPOConfig, DPOTrainer

import rows

HERE = pathlib.Path(__file__).parent.resolve()
PLAIN = HERE / "plain"
STEPS, BATCH, RATE, CLIP = 9, 4, 1e-3, 1.0

CASES = {
    "sigmoid": dict(beta=0.2, loss_type=["sigmoid"]),
    "smoothed": dict(beta=0.2, loss_type=["sigmoid"], label_smoothing=0.1),
    "hinge": dict(beta=0.05, loss_type=["hinge"]),
    "ipo": dict(beta=0.6, loss_type=["ipo"]),
    "robust": dict(beta=0.1, loss_type=["robust"], label_smoothing=0.2),
    "sigmoid_norm": dict(beta=0.5, loss_type=["sigmoid_norm"]),
    "sigmoid_sft": dict(beta=0.1, loss_type=["sigmoid", "sft"], loss_weights=[1.0, 0.25]),
}
REWARDS = ["rewards/chosen", "rewards/rejected", "rewards/margins", "rewards/accuracies", "logps/chosen",
           "logps/rejected"]


def message(role, content):
    return [{"role": role, "content": content}]


def pairs(texts, others):
    """A text to rewrite; the wanted rewriting; every third time the text itself, else another's rewriting."""
    return [{"prompt": message("system", rows.INSTRUCTION) + message("user", text),
             "chosen": message("assistant", wanted),
             "rejected": message("assistant", text if index % 3 == 0 else others[index][1])}
            for index, (text, wanted, _) in enumerate(texts)]


TRAIN = pairs(rows.TRAIN[:12], rows.TRAIN[12:])
HELD_OUT = pairs(rows.HELD_OUT, rows.TRAIN)


def adapted(dtype):
    base = AutoModelForCausalLM.from_pretrained(PLAIN / "model", dtype=torch.float32, attn_implementation="eager")
    return PeftModel.from_pretrained(base, PLAIN / "init_adapter", is_trainable=True).to(dtype)


class Recorder(TrainerCallback):
    def __init__(self, curve):
        self.curve = curve

    def on_log(self, args, state, control, logs=None, **_):
        if "grad_norm" in logs:
            self.curve[-1]["grad_norm"] = float(logs["grad_norm"])


class SequentialDPOTrainer(DPOTrainer):
    """Rows in the order of the file, and every step's loss and metrics as they are, before they are rounded."""

    def _get_train_sampler(self, *_):
        return torch.utils.data.SequentialSampler(self.train_dataset)

    def compute_loss(self, *arguments, **options):
        loss = super().compute_loss(*arguments, **options)
        values = {key: self._metrics["train"][key][-1] for key in REWARDS}
        self.curve.append({"step": len(self.curve) + 1, "loss": loss.item(), "learning_rate": RATE, **values})
        return loss


def trl_curve(case, tokenizer):
    arguments = DPOConfig(
        output_dir="/tmp/make_dpo", use_cpu=True, bf16=False, gradient_checkpointing=False, max_steps=STEPS,
        per_device_train_batch_size=BATCH, learning_rate=RATE, lr_scheduler_type="constant", weight_decay=0.0,
        max_grad_norm=CLIP, logging_steps=1, save_strategy="no", report_to="none", disable_tqdm=True, max_length=512,
        precompute_ref_log_probs=True, **case)
    curve = []
    trainer = SequentialDPOTrainer(model=adapted(torch.float32), args=arguments, processing_class=tokenizer,
                                   train_dataset=Dataset.from_list(TRAIN), callbacks=[Recorder(curve)])
    trainer.curve = curve
    trainer.train()
    return curve


def tokenize(tokenizer, row, side):
    def ids(turns, generation):
        return tokenizer.apply_chat_template(turns, add_generation_prompt=generation, return_dict=True)["input_ids"]

    context, whole = ids(row["prompt"], True), ids(row["prompt"] + row[side], False)
    assert whole[:len(context)] == context
    return whole, len(context)


def log_probability(model, example):
    tokens, context = example
    logits = model(input_ids=torch.tensor([tokens])).logits[0, context - 1:-1]
    return logits.log_softmax(-1).gather(1, torch.tensor(tokens[context:])[:, None]).sum()


def measure(model, examples, reference, case):
    """The mean loss of some pairs (chosen, rejected), with the metrics."""
    beta, smoothing = case["beta"], case.get("label_smoothing", 0.0)
    chosen, rejected = (torch.stack([log_probability(model, pair[side]) for pair in examples]) for side in (0, 1))
    chosen_count, rejected_count = (torch.tensor([len(pair[side][0]) - pair[side][1] for pair in examples])
                                    for side in (0, 1))
    up = chosen - torch.stack([pair[0] for pair in reference])
    down = rejected - torch.stack([pair[1] for pair in reference])
    z, average = beta * (up - down), up / chosen_count - down / rejected_count

    def smoothed(z):
        return -(1 - smoothing) * F.logsigmoid(z) - smoothing * F.logsigmoid(-z)

    losses = {
        "sigmoid": lambda: smoothed(z), "sigmoid_norm": lambda: smoothed(beta * average),
        "hinge": lambda: F.relu(1 - z), "ipo": lambda: (average - 1 / (2 * beta)) ** 2,
        "robust": lambda: (-(1 - smoothing) * F.logsigmoid(z) + smoothing * F.logsigmoid(-z)) / (1 - 2 * smoothing),
        "sft": lambda: -chosen.sum() / chosen_count.sum(),
    }
    weights = case.get("loss_weights") or [1.0] * len(case["loss_type"])
    loss = sum(weight * losses[kind]().mean() for kind, weight in zip(case["loss_type"], weights))
    values = (beta * up, beta * down, z, (up > down).double(), chosen, rejected)
    return loss, {key: value.mean().item() for key, value in zip(REWARDS, values)}


def own_curve(case, examples, held_out, dtype):
    model = adapted(dtype)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    with torch.no_grad():
        reference, held_out_reference = ([[log_probability(model, side) for side in pair] for pair in part]
                                         for part in (examples, held_out))
    curve = []
    for step in range(STEPS):
        batch = [(step * BATCH + i) % len(examples) for i in range(BATCH)]
        optimizer.zero_grad()
        loss, values = measure(model, [examples[i] for i in batch], [reference[i] for i in batch], case)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        curve.append({"step": step + 1, "loss": loss.item(), "grad_norm": norm.item(), "learning_rate": RATE, **values})
    with torch.no_grad():
        loss, values = measure(model, held_out, held_out_reference, case)
    return curve, {"loss": loss.item(), **values}


def difference(curve, other):
    """The largest difference of any value but the rate, of those above 1 relative."""
    return max(abs(a[key] - b[key]) / max(1, abs(b[key])) for a, b in zip(curve, other) for key in b)


def write_lines(path, values):
    path.write_text("".join(json.dumps(value) + "\n" for value in values))


tokenizer = PreTrainedTokenizerFast.from_pretrained(PLAIN / "model")
examples, held_out = ([[tokenize(tokenizer, row, side) for side in ("chosen", "rejected")] for row in part]
                      for part in (TRAIN, HELD_OUT))
curves, evaluations = {}, {}
for name, case in CASES.items():
    curve, evaluations[name] = own_curve(case, examples, held_out, torch.float64)
    curves[name] = curve
    narrow = own_curve(case, examples, held_out, torch.float32)[0]
    from_trl = 0 if name == "smoothed" else difference(trl_curve(case, tokenizer), curve)
    print(f"{name}: loss {curve[0]['loss']:.4f} -> {curve[-1]['loss']:.4f}, norm {curve[0]['grad_norm']:.3f}; "
          f"TRL {from_trl:.1e}, float32 {difference(narrow, curve):.1e}", flush=True)
    assert max(from_trl, difference(narrow, curve)) < 3e-5
folder = HERE / "dpo"
folder.mkdir(exist_ok=True)
write_lines(folder / "train.jsonl", TRAIN)
write_lines(folder / "eval.jsonl", HELD_OUT)
(folder / "curves.json").write_text(json.dumps(curves, indent=0))
(folder / "eval.json").write_text(json.dumps(evaluations, indent=1))
(folder / "ids.json").write_text(json.dumps(examples[:2]))
(folder / "cases.json").write_text(json.dumps(CASES, indent=1))
config = {
    "method": "dpo", "model": {"path": "../plain/model", "compute_dtype": "float32"},
    "lora": {"adapter_path": "../plain/init_adapter"},
    "data": {"train": "train.jsonl", "eval": "eval.jsonl", "max_length": 512, "packing": False, "shuffle": False},
    "training": {"learning_rate": RATE, "lr_scheduler_type": "constant", "per_device_train_batch_size": BATCH,
                 "max_grad_norm": CLIP, "max_steps": STEPS, "seed": 0},
    "output_dir": "out"}
(folder / "config.json").write_text(json.dumps(config, indent=1))
versions = {module.__name__: module.__version__ for module in (torch, transformers, peft, trl)}
(folder / "made_by.json").write_text(json.dumps({"script": "make_dpo.py", **versions}, indent=1))
