"""QLoRA of SmolLM2-135M by TRL's SFTTrainer: NF4 by bitsandbytes, double quantization, bf16, r 16 on q, k, v, o,
8 rows a step, on the same rows as `benchmarks --filter sft`."""

import argparse
import json
import tempfile
import time

from measuring import Figures, fail, peak_gb, require_file

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--model", required=True, help="the GGUF file")
parser.add_argument("--rows", required=True, help="JSONL rows of messages")
parser.add_argument("--steps", type=int, default=6, help="optimizer steps, the first of which is a warm-up")
parser.add_argument("--json")
arguments = parser.parse_args()
require_file(arguments.model)
require_file(arguments.rows)
if arguments.steps < 2:
    fail("--steps", "expected at least 2")

import os

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, GgufConfig, TrainerCallback
from trl import SFTConfig, SFTTrainer

folder, file = os.path.split(os.path.abspath(arguments.model))
temporary = tempfile.TemporaryDirectory()
# transformers does not quantize a GGUF file on load, so the model goes through a folder of its own.
tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
dense = AutoModelForCausalLM.from_pretrained(
    folder, gguf_file=file, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
)
if hasattr(dense.config, "quantization_config"):
    del dense.config.quantization_config
dense.save_pretrained(temporary.name)
del dense
model = AutoModelForCausalLM.from_pretrained(
    temporary.name,
    dtype=torch.bfloat16,
    quantization_config=BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    ),
    device_map={"": "cpu"},
)

rows = [json.loads(line)["messages"] for line in open(arguments.rows)]
dataset = Dataset.from_list([{"prompt": row[:-1], "completion": row[-1:]} for row in rows])


class Clock(TrainerCallback):
    seconds = []

    def on_step_begin(self, *_, **__):
        self.began = time.perf_counter()

    def on_step_end(self, *_, **__):
        self.seconds.append(time.perf_counter() - self.began)
        print(f"step {len(self.seconds)}: {self.seconds[-1]:.1f} s", flush=True)


class CountingTrainer(SFTTrainer):
    """Keeps how many tokens of each batch are no padding."""

    real, padded = [], []

    def compute_loss(self, model, inputs, *rest, **options):
        self.real.append(int(inputs["attention_mask"].sum()))
        self.padded.append(inputs["input_ids"].numel())
        return super().compute_loss(model, inputs, *rest, **options)


clock = Clock()
trainer = CountingTrainer(
    model=model,
    processing_class=tokenizer,
    train_dataset=dataset,
    peft_config=LoraConfig(
        r=16, lora_alpha=32, lora_dropout=0, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"],
        task_type="CAUSAL_LM",
    ),
    args=SFTConfig(
        output_dir=temporary.name + "/out", max_steps=arguments.steps, per_device_train_batch_size=8, max_length=2048,
        bf16=True, use_cpu=True, report_to="none", save_strategy="no", logging_steps=1, seed=42,
    ),
    callbacks=[clock],
)
trainer.train()

warm = list(zip(clock.seconds, CountingTrainer.real, CountingTrainer.padded))[1:]
figures = Figures()
figures.add("trl/SmolLM2-135M real tokens", [real / seconds for seconds, real, _ in warm], "tokens/s")
figures.add("trl/SmolLM2-135M with padding", [padded / seconds for seconds, _, padded in warm], "tokens/s")
figures.add("trl/SmolLM2-135M peak memory", [peak_gb()], "GB")
figures.write(arguments.json)
