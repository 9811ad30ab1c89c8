"""Makes ops.safetensors: values and gradients of tensor operations from PyTorch.

Usage: python make_ops.py   (needs numpy, torch, transformers, safetensors)

Everything is computed in float64 from inputs that are exact in float32, and stored as float32 (rope angles are
float32 as in transformers). A case `<op>` or `<op>.<variant>` has `<case>.<input>`, `<case>.output`, the gradient that
comes from above `<case>.output_gradient`, and `<case>.<input>_gradient` for each differentiable input. Indices are
I64, conditions U8. Axes and constants are in the file's metadata under the case's name.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import save_file
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(7)
tensors, notes = {}, {}


def values(*shape, scale=1.0, offset=0.0):
    """Gaussian float64 values that float32 holds exactly."""
    drawn = (random.standard_normal(shape) * scale + offset).astype(np.float32)
    return torch.from_numpy(np.asarray(drawn, np.float64))


def case(name, function, note="", constants=(), **inputs):
    """Stores one case: `function` of the inputs, and the gradients of its output times random numbers."""
    for key, value in inputs.items():
        if value.is_floating_point() and key not in constants:
            value.requires_grad_()
    output = function(**inputs)
    above = values(*output.shape)
    output.backward(above)
    stored = {**inputs, "output": output, "output_gradient": above}
    stored |= {f"{key}_gradient": value.grad for key, value in inputs.items() if value.grad is not None}
    for key, value in stored.items():
        value = value.detach()
        if value.is_floating_point():
            value = value.float()
        elif value.dtype == torch.bool:
            value = value.to(torch.uint8)
        assert f"{name}.{key}" not in tensors
        tensors[f"{name}.{key}"] = value.clone(memory_format=torch.contiguous_format)
    if note:
        notes[name] = note


def add_pointwise():
    x = values(3, 7, scale=2.0)
    x.view(-1)[:4] = torch.tensor([0.0, 9.0, -9.0, 30.0])
    case("gelu.erf", lambda input: F.gelu(input), input=x.clone())
    case("gelu.tanh", lambda input: F.gelu(input, approximate="tanh"), input=x.clone())
    case("silu", lambda input: F.silu(input), input=x.clone())
    case("swiglu", lambda gate, up: F.silu(gate) * up, note="silu(gate) * up", gate=values(5, 9), up=values(5, 9))
    case("where", lambda condition, first, second: torch.where(condition, first, second),
         note="second [5] is broadcast over the rows",
         condition=values(3, 5) > 0, first=values(3, 5), second=values(5))


def add_softmax_family():
    functions = {"softmax": torch.softmax, "log_softmax": torch.log_softmax, "logsumexp": torch.logsumexp}
    for name, function in functions.items():
        case(f"{name}.rows", lambda input: function(input, -1), note="axis -1", input=values(4, 11, scale=3.0))
        case(f"{name}.middle", lambda input: function(input, 1), note="axis 1", input=values(3, 5, 7, scale=3.0))
        large = torch.tensor([[1e4, 1e4 - 1, -1e4], [-200, -201, -199.5], [88, 89, 90]], dtype=torch.float64)
        case(f"{name}.large", lambda input: function(input, -1), note="axis -1; exp of the entries overflows",
             input=large)


def add_reductions():
    functions = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax, "min": torch.amin}
    for name, function in functions.items():
        for axis in (0, 1, 2):
            case(f"{name}.axis{axis}", lambda input: function(input, axis), note=f"axis {axis}", input=values(3, 5, 7))
        case(f"{name}.keep", lambda input: function(input, 1, keepdim=True), note="axis 1 kept with length 1",
             input=values(3, 5, 7))
        case(f"{name}.all", lambda input: function(input, (0, 1, 2)), note="all axes, a scalar", input=values(3, 5, 7))


def add_normalization():
    case("layer_norm", lambda input, weight, bias: F.layer_norm(input, (13,), weight, bias, 1e-5), note="epsilon 1e-5",
         input=values(5, 13, scale=2.0, offset=1.0), weight=values(13, offset=1.0), bias=values(13))
    for name, epsilon, scale in (("rms_norm", 1e-5, 1.0), ("rms_norm.small", 1e-6, 1e-3)):
        case(name, lambda input, weight: F.rms_norm(input, (13,), weight, epsilon), note=f"epsilon {epsilon}",
             input=values(5, 13, scale=scale), weight=values(13, scale=0.3, offset=1.0))


def add_rope():
    heads, head_dim = 3, 10
    config = transformers.LlamaConfig(
        hidden_size=heads * head_dim, num_attention_heads=heads, head_dim=head_dim,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
    positions = torch.tensor([0, 1, 2, 0, 1, 17, 100, 1023])
    cosine, sine = LlamaRotaryEmbedding(config)(torch.zeros(1, dtype=torch.float32), positions[None])

    def rope(input, positions, cosine, sine):
        """input [tokens, heads, head_dim]; the table covers the whole head_dim, its halves equal."""
        rotated, _ = apply_rotary_pos_emb(input[None], input[None], cosine[None], sine[None], unsqueeze_dim=2)
        return rotated[0]

    case("rope", rope, note="theta 10000, rotate-half, input [tokens, heads, head_dim]", constants=("cosine", "sine"),
         input=values(len(positions), heads, head_dim), positions=positions, cosine=cosine[0].double(),
         sine=sine[0].double())


def add_attention():
    def attention(query, key, value, lengths):
        """Causal attention within each sequence; query head h reads key-value head h * kv_heads // heads."""
        outputs, group = [], query.shape[1] // key.shape[1]
        for q, k, v in zip(query.split(lengths.tolist()), key.split(lengths.tolist()), value.split(lengths.tolist())):
            k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
            scores = torch.einsum("qhd,khd->hqk", q, k) / q.shape[-1] ** 0.5
            causal = torch.ones(len(q), len(q)).tril().bool()
            outputs.append(torch.einsum("hqk,khd->qhd", scores.masked_fill(~causal, -torch.inf).softmax(-1), v))
        return torch.cat(outputs)

    for name, lengths, heads, kv_heads, head_dim in (
            ("attention.grouped", [5, 1, 8], 4, 2, 6), ("attention.multi_query", [3, 7], 3, 1, 5),
            ("attention.full_heads", [11], 2, 2, 8)):
        count = sum(lengths)
        case(name, attention, note="causal inside each sequence of `lengths`, laid end to end; scale 1/sqrt(head_dim)",
             query=values(count, heads, head_dim, scale=1.5), key=values(count, kv_heads, head_dim, scale=1.5),
             value=values(count, kv_heads, head_dim), lengths=torch.tensor(lengths))


def add_losses():
    targets = torch.tensor([3, 0, 10, 7, 7, 1, 9])
    weights = torch.tensor([1, 0, 0.5, 2, 0, 0, 1], dtype=torch.float64)

    def rows(logits, targets):
        return F.cross_entropy(logits, targets, reduction="none")

    def weighted(logits, targets, weights):
        return (rows(logits, targets) * weights).sum() / weights.sum()

    logits = values(7, 11, scale=2.0)
    case("cross_entropy.rows", rows, note="no reduction", logits=logits.clone(), targets=targets)
    case("cross_entropy.mean", lambda logits, targets: rows(logits, targets).mean(), logits=logits.clone(),
         targets=targets)
    case("cross_entropy.weighted", weighted, note="sum(weight * loss) / sum(weight)", constants=("weights",),
         logits=logits.clone(), targets=targets, weights=weights.clone())
    ignored = torch.where(weights > 0, targets, torch.tensor(-100))
    case("cross_entropy.ignored", lambda logits, targets: F.cross_entropy(logits, targets),
         note="mean over the rows whose target is not -100", logits=logits.clone(), targets=ignored)
    case("linear_cross_entropy", lambda hidden, weight, targets, weights: weighted(hidden @ weight.T, targets, weights),
         note="logits = hidden @ weight^T; sum(weight * loss) / sum(weight)", constants=("weights",),
         hidden=values(7, 5), weight=values(11, 5), targets=targets, weights=weights.clone())


def add_indexing():
    case("embedding", lambda weight, indices: F.embedding(indices, weight), note="indices repeat",
         weight=values(9, 5), indices=torch.tensor([0, 8, 3, 3, 1, 0, 3]))
    case("gather", lambda input, indices: torch.gather(input, 1, indices), note="axis 1; indices repeat",
         input=values(3, 7), indices=torch.tensor([[0, 6, 6], [2, 2, 2], [5, 1, 0]]))
    case("gather.axis0", lambda input, indices: torch.gather(input, 0, indices), note="axis 0",
         input=values(4, 3), indices=torch.tensor([[3, 0, 1], [0, 0, 2]]))
    case("scatter_add", lambda input, indices, source: input.scatter_add(1, indices, source),
         note="axis 1; indices repeat", input=values(3, 7),
         indices=torch.tensor([[0, 6, 6, 1], [2, 2, 2, 2], [5, 1, 0, 6]]), source=values(3, 4))
    case("index_add", lambda input, indices, source: input.index_add(0, indices, source),
         note="rows of source are added to rows `indices` of input",
         input=values(5, 3), indices=torch.tensor([4, 0, 4, 2]), source=values(4, 3))


def add_products():
    for name, left, right in (("nn", (3, 5, 7), (3, 7, 4)), ("nt", (3, 5, 7), (3, 4, 7)),
                              ("tn", (3, 7, 5), (3, 7, 4)), ("tt", (3, 7, 5), (3, 4, 7))):
        def product(left, right):
            return ((left.mT if name[0] == "t" else left) @ (right.mT if name[1] == "t" else right))
        case(f"matmul.{name}", product, note="batched; t = that side is transposed in its last two axes",
             left=values(*left), right=values(*right))
    case("matmul.plain", lambda left, right: left @ right, left=values(5, 7), right=values(7, 3))
    case("matmul.broadcast", lambda left, right: left @ right, note="right is shared by the batch",
         left=values(2, 3, 5, 7), right=values(7, 4))
    case("matmul.broadcast_batch", lambda left, right: left @ right, note="batch axes [2,1] and [3]",
         left=values(2, 1, 5, 7), right=values(3, 7, 4))


for add in (add_pointwise, add_softmax_family, add_reductions, add_normalization, add_rope, add_attention, add_losses,
            add_indexing, add_products):
    add()
notes = [f"{name}: {note}" for name, note in sorted(notes.items())]
made = f"make_ops.py, torch {torch.__version__}, transformers {transformers.__version__}, numpy {np.__version__}"
save_file(tensors, HERE / "ops.safetensors", metadata={"made_by": "\n".join([made, *notes])})
print(f"{len(tensors)} tensors")
