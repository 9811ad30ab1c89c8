"""Loads an adapter folder with PEFT, every warning an error, and prints OK.

Usage: python check_peft_loads.py ADAPTER_DIR MODEL_DIR   (needs torch, transformers, peft, safetensors)

Also checks that PEFT has taken over every tensor of the file, unchanged, and expects no other.
"""
import pathlib
import sys
import warnings

import torch
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

adapter, model = map(pathlib.Path, sys.argv[1:])
base = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
with warnings.catch_warnings():
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)  # PEFT's own call, any adapter
    adapted = PeftModel.from_pretrained(base, adapter)
    logits = adapted(input_ids=torch.tensor([[3, 4, 5]])).logits
loaded = get_peft_model_state_dict(adapted, save_embedding_layers=False)
stored = load_file(adapter / "adapter_model.safetensors")
if loaded.keys() != stored.keys():
    sys.exit(f"tensors in only one of file and model: {sorted(loaded.keys() ^ stored.keys())}")
for name, value in stored.items():
    if not torch.equal(loaded[name], value.to(loaded[name].dtype)):
        sys.exit(f"{name} is not what the file holds")
if not torch.isfinite(logits).all():
    sys.exit("logits are not finite")
print(f"OK: {len(stored)} tensors, rank {adapted.peft_config['default'].r}")
