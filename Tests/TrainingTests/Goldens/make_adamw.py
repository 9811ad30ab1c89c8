"""Makes adamw.json: AdamW steps with clipping, and learning-rate schedules.

Usage: python make_adamw.py   (needs torch, transformers)

`adamw`: two tensors under torch.optim.AdamW with decoupled weight decay, in float32; each step lists the gradients that
come in, the norm before clipping, the gradients after clipping, the learning rate, and the parameters and both moments
after the step. Clipping multiplies by min(1, max_norm / (norm + 1e-6)).
`schedules`: the learning rate of every step from 0, checked against the schedulers of transformers.
"""
import json
import math
import pathlib

import torch
import transformers

HERE = pathlib.Path(__file__).parent
OPTIONS = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.1, "max_grad_norm": 1.0}
SHAPES = [[5], [2, 3]]
RATES = [0.0, 0.01, 0.02, 0.015, 0.005]
GRADIENT_SCALES = [0.3, 1.0, 1e-4, 5.0, 0.0]  # the second and fourth are clipped, the last has no gradient at all


def values(index, shape, scale=1.0):
    count = math.prod(shape)
    return (scale * torch.sin(1.7 * torch.arange(count, dtype=torch.float64) + index)).float().reshape(shape)


def flat(tensors):
    return [tensor.detach().reshape(-1).tolist() for tensor in tensors]


def make_steps():
    parameters = [torch.nn.Parameter(values(index, shape)) for index, shape in enumerate(SHAPES)]
    initial = flat(parameters)
    optimizer = torch.optim.AdamW(parameters, lr=0.0, betas=(OPTIONS["beta1"], OPTIONS["beta2"]),
                                  eps=OPTIONS["epsilon"], weight_decay=OPTIONS["weight_decay"])
    steps = []
    for step, (rate, scale) in enumerate(zip(RATES, GRADIENT_SCALES)):
        for index, parameter in enumerate(parameters):
            parameter.grad = values(10 + 3 * step + index, parameter.shape, scale)
        record = {"learning_rate": rate, "gradients": flat(p.grad for p in parameters)}
        norm = torch.nn.utils.clip_grad_norm_(parameters, OPTIONS["max_grad_norm"])
        record |= {"grad_norm": norm.item(), "clipped_gradients": flat(p.grad for p in parameters)}
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
        state = [optimizer.state[parameter] for parameter in parameters]
        record |= {"parameters": flat(parameters), "first_moments": flat(s["exp_avg"] for s in state),
                   "second_moments": flat(s["exp_avg_sq"] for s in state)}
        steps.append(record)
    clipped = [record["clipped_gradients"] != record["gradients"] for record in steps]
    assert clipped == [False, True, False, True, False], clipped
    return {**OPTIONS, "shapes": SHAPES, "initial_parameters": initial, "steps": steps}


def rate(kind, step, warmup, total, peak):
    if step < warmup:
        return peak * step / warmup
    done = (step - warmup) / max(1, total - warmup)
    return peak * {"constant": 1.0, "linear": 1 - done, "cosine": 0.5 * (1 + math.cos(math.pi * done))}[kind]


def make_schedules():
    names = {"constant": "constant_with_warmup", "linear": "linear", "cosine": "cosine"}
    tables = []
    for kind, name in names.items():
        for warmup, total in ((0, 7), (3, 12), (1, 1), (5, 5)):
            peak = 2e-4
            rates = [rate(kind, step, warmup, total, peak) for step in range(total)]
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
            scheduler = transformers.get_scheduler(name, optimizer, warmup, total)
            for step, expected in enumerate(rates):
                assert math.isclose(scheduler.get_last_lr()[0], expected, rel_tol=1e-12, abs_tol=1e-18), (kind, step)
                optimizer.step()
                scheduler.step()
            tables.append({"lr_scheduler_type": kind, "learning_rate": peak, "warmup_steps": warmup, "max_steps": total,
                           "rates": rates})
    return tables


made = f"make_adamw.py, torch {torch.__version__}, transformers {transformers.__version__}"
golden = {"made_by": made, "adamw": make_steps(), "schedules": make_schedules()}
(HERE / "adamw.json").write_text(json.dumps(golden, indent=1) + "\n")
print(f"{len(golden['adamw']['steps'])} steps, {len(golden['schedules'])} schedules")
