"""Makes the LoRA goldens: PEFT adapter folders with logits, configurations to refuse, and one adapted linear map.

Usage: python make_adapters.py   (needs numpy, torch, transformers, peft, safetensors)

The adapters sit on ModelsTests/Goldens/plain. Beside each folder `<name>/` lies `<name>.safetensors` with `tokens.<i>`
and `logits.<i>` (float32, adapter on). `refused/<name>/` holds only the adapter_config.json that PEFT writes when one
option that changes the mathematics is set. `lora_linear.safetensors` has, for `plain` and `rslora`, input [tokens, in],
weight [out, in], lora_A [r, in], lora_B [out, r], scaling, and the output with its gradients, computed in float64.
"""
import json
import os
import pathlib
import shutil
import sys

import numpy as np
import peft
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import Linear
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

HERE = pathlib.Path(__file__).parent.resolve()
MODEL = "../../ModelsTests/Goldens/plain"
sys.path.insert(0, str(HERE / "../../ModelsTests/Goldens"))
import tiny_llama  # noqa: E402

MADE = (f"make_adapters.py, peft {peft.__version__}, torch {torch.__version__}, "
        f"transformers {transformers.__version__}, numpy {np.__version__}")
EVERY = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

ADAPTERS = {
    "plain": dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"]),
    "rslora_patterns": dict(
        r=4, lora_alpha=8, use_rslora=True, target_modules=EVERY,
        rank_pattern={"q_proj": 8, "layers.1.mlp.down_proj": 2, r".*\.0\.mlp\.(gate|up)_proj": 3},
        alpha_pattern={"k_proj": 16, "layers.0.self_attn.o_proj": 5}),
    "all_linear": dict(r=2, lora_alpha=3, target_modules="all-linear"),
    "regex": dict(r=3, lora_alpha=6, target_modules=r".*\.layers\.1\.(self_attn\.[qo]_proj|mlp\.down_proj)"),
}

REFUSED = {
    "use_dora": dict(use_dora=True),
    "lora_bias": dict(lora_bias=True),
    "bias": dict(bias="lora_only"),
    "modules_to_save": dict(modules_to_save=["lm_head"]),
    "layers_to_transform": dict(layers_to_transform=[1]),
    "exclude_modules": dict(exclude_modules=["layers.0.self_attn.q_proj"]),
    "fan_in_fan_out": dict(fan_in_fan_out=True),
    "layer_replication": dict(layer_replication=[[0, 2], [0, 2]]),
    "target_parameters": dict(target_parameters=["mlp.gate_proj.weight"]),
    "trainable_token_indices": dict(trainable_token_indices=[5, 6]),
    "alora": dict(alora_invocation_tokens=[5, 6]),
    "qalora": dict(use_qalora=True),
    "pissa": dict(init_lora_weights="pissa"),
}


def base_model():
    return AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32, attn_implementation="eager")


def sort_targets(folder):
    """PEFT keeps target modules in a set: writes them in one order, so that files do not change from run to run."""
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    if isinstance(config["target_modules"], list):
        config["target_modules"].sort()
    path.write_text(json.dumps(config, indent=2, sort_keys=True))


def make_adapter(name, options):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(3)
    base = base_model()
    expected = load_file(f"{MODEL}.safetensors")
    sequences = [expected["tokens.0"].tolist(), expected["tokens.1"].tolist()]
    unadapted = [tiny_llama.logits(base, tokens) for tokens in sequences]
    model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", init_lora_weights="gaussian", **options))
    with torch.no_grad():
        for index, (key, parameter) in enumerate(sorted(model.named_parameters())):
            if "lora_B" in key:
                parameter.copy_(0.1 * torch.from_numpy(tiny_llama.chirp(index, tuple(parameter.shape))))
    model.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink()
    sort_targets(folder)

    model = PeftModel.from_pretrained(base_model(), folder)
    tensors = {}
    for i, tokens in enumerate(sequences):
        logits = tiny_llama.logits(model, tokens)
        assert (logits - unadapted[i]).abs().max() > 0.1, "the adapter must show"
        tensors |= {f"tokens.{i}": torch.tensor(tokens), f"logits.{i}": logits}
    save_file(tensors, HERE / f"{name}.safetensors", metadata={"made_by": MADE})
    shapes = {key: tuple(value.shape) for key, value in load_file(folder / "adapter_model.safetensors").items()}
    print(f"{name}: {len(shapes)} tensors, ranks {sorted({s[0] for k, s in shapes.items() if 'lora_A' in k})}")


def make_refused(name, options):
    folder = HERE / "refused" / name
    config = dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM",
                  base_model_name_or_path=MODEL, inference_mode=True)
    LoraConfig(**config | options).save_pretrained(folder)
    sort_targets(folder)


def make_linear():
    tensors, random = {}, np.random.default_rng(19)

    def values(*shape):
        return torch.from_numpy(random.standard_normal(shape).astype(np.float32).astype(np.float64))

    for name, rslora in (("plain", False), ("rslora", True)):
        linear = torch.nn.Linear(11, 7, bias=False).double()
        config = LoraConfig(r=3, lora_alpha=5, use_rslora=rslora, target_modules=["linear"])
        layer = Linear(linear, "default", config=config, r=3, lora_alpha=5).double()
        parameters = {"weight": linear.weight, "lora_A": layer.lora_A["default"].weight,
                      "lora_B": layer.lora_B["default"].weight}
        with torch.no_grad():
            for parameter in parameters.values():
                parameter.copy_(values(*parameter.shape))
        x = values(5, 11).requires_grad_()
        output = layer(x)
        above = values(5, 7)
        output.backward(above)
        stored = {**parameters, "input": x, "output": output, "output_gradient": above, "input_gradient": x.grad,
                  "lora_A_gradient": parameters["lora_A"].grad, "lora_B_gradient": parameters["lora_B"].grad,
                  "scaling": torch.tensor(layer.scaling["default"])}
        tensors |= {f"{name}.{key}": value.detach().float().clone() for key, value in stored.items()}
        print(f"lora_linear {name}: scaling {layer.scaling['default']:.6f}")
    save_file(tensors, HERE / "lora_linear.safetensors", metadata={"made_by": MADE})


os.chdir(HERE)
for name, options in ADAPTERS.items():
    make_adapter(name, options)
shutil.rmtree("refused", ignore_errors=True)
for name, options in REFUSED.items():
    make_refused(name, options)
make_linear()
