"""Tiny Llama models whose weights come from a formula, so that anyone can make them again."""
import math

import numpy as np
import torch
from transformers import LlamaForCausalLM


def chirp(index, shape):
    """Values in [-1, 1] of full rank: sin(a i^2 + b) for the i-th element of the index-th tensor."""
    i = np.arange(math.prod(shape), dtype=np.float64)
    return np.sin(0.3719 * i * i + 0.61 * index + 0.17).reshape(shape)


def fill(model, embedding=1.0):
    """Sets every parameter: norms about 1, matrices about as large as trained ones, embeddings and head as asked."""
    with torch.no_grad():
        for index, (name, parameter) in enumerate(sorted(model.named_parameters())):
            values = chirp(index, tuple(parameter.shape))
            if "norm" in name:
                values = 1 + 0.25 * values
            elif "embed" in name or "lm_head" in name:
                values = embedding * values
            else:
                values = values * 2 / math.sqrt(parameter.shape[1])
            parameter.copy_(torch.from_numpy(values))


def make(config):
    """A float32 model of that configuration, ready to compute logits with plain ("eager") attention."""
    config._attn_implementation = "eager"
    model = LlamaForCausalLM(config).float().eval()
    fill(model)
    return model


@torch.no_grad()
def logits(model, tokens):
    """Logits [tokens, vocabulary] of one sequence."""
    return model(input_ids=torch.tensor([tokens])).logits[0].float()


@torch.no_grad()
def greedy(model, prompt, count):
    """The next `count` tokens, each clearly ahead of the runner-up, so that rounding cannot change the choice."""
    tokens = list(prompt)
    for _ in range(count):
        best, second = logits(model, tokens)[-1].topk(2).values
        assert best - second > 1e-3, (len(tokens), float(best - second))
        tokens.append(int(logits(model, tokens)[-1].argmax()))
    generated = model.generate(torch.tensor([prompt]), max_new_tokens=count, do_sample=False, pad_token_id=0)
    assert generated[0].tolist() == tokens, "the end-of-turn token came up or the cache disagrees"
    return tokens[len(prompt):]
