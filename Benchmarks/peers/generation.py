"""Prefill and decode of SmolLM2-135M by llama.cpp: one sequence, and sixteen decoded together."""

import argparse
import os
import time

from measuring import Figures, fail, peak_gb, require_file

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--model", required=True, help="the GGUF file")
parser.add_argument("--prompt", type=int, default=512, help="tokens of the prompt")
parser.add_argument("--new", type=int, default=64, help="tokens decoded")
parser.add_argument("--repeats", type=int, default=5)
parser.add_argument("--json")
arguments = parser.parse_args()
require_file(arguments.model)

import ctypes

import llama_cpp
import numpy

threads = int(os.environ.get("SIGNET_NUM_THREADS", os.cpu_count()))
# Kept here: the library calls it until the process ends.
silence = llama_cpp.llama_log_callback(lambda *_: None)
llama_cpp.llama_log_set(silence, ctypes.c_void_p(0))
llama_cpp.llama_backend_init()
model = llama_cpp.llama_model_load_from_file(arguments.model.encode(), llama_cpp.llama_model_default_params())
if not model:
    fail(arguments.model, "expected a GGUF file that llama.cpp loads, found another")
vocabulary = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(model))


def make_context(sequences):
    settings = llama_cpp.llama_context_default_params()
    settings.n_ctx = sequences * (arguments.prompt + arguments.new + 64)
    settings.n_batch = settings.n_ubatch = max(512, sequences)
    settings.n_seq_max = sequences
    settings.n_threads = settings.n_threads_batch = threads
    return llama_cpp.llama_init_from_model(model, settings)


def decode(context, tokens, positions, sequences, wanted):
    """Runs tokens through the model; `wanted`: for which of them logits are made."""
    batch = llama_cpp.llama_batch_init(len(tokens), 0, 1)
    batch.n_tokens = len(tokens)
    for i, (token, position, sequence) in enumerate(zip(tokens, positions, sequences)):
        batch.token[i] = token
        batch.pos[i] = position
        batch.n_seq_id[i] = 1
        batch.seq_id[i][0] = sequence
        batch.logits[i] = wanted[i]
    status = llama_cpp.llama_decode(context, batch)
    llama_cpp.llama_batch_free(batch)
    if status != 0:
        fail("llama_decode", f"failed with status {status}")


def most_probable(context, index):
    logits = llama_cpp.llama_get_logits_ith(context, index)
    array = (ctypes.c_float * vocabulary).from_address(ctypes.addressof(logits.contents))
    return int(numpy.frombuffer(array, dtype=numpy.float32).argmax())


def run(sequences):
    """Seconds of the prefill of all sequences and of the decoding of all their tokens."""
    context = make_context(sequences)
    prompt = [(7919 * i) % vocabulary for i in range(1, arguments.prompt + 1)]
    began = time.perf_counter()
    for sequence in range(sequences):
        for first in range(0, len(prompt), 512):
            part = prompt[first : first + 512]
            last = first + len(part) == len(prompt)
            wanted = [0] * (len(part) - 1) + [int(last)]
            decode(context, part, range(first, first + len(part)), [sequence] * len(part), wanted)
        token = most_probable(context, -1)
    middle = time.perf_counter()
    tokens = [token] * sequences
    for step in range(arguments.new):
        position = arguments.prompt + step
        decode(context, tokens, [position] * sequences, range(sequences), [1] * sequences)
        tokens = [most_probable(context, i) for i in range(sequences)]
    end = time.perf_counter()
    llama_cpp.llama_free(context)
    return middle - began, end - middle


figures = Figures()
for sequences in (1, 16):
    run(sequences)
    times = [run(sequences) for _ in range(arguments.repeats if sequences == 1 else min(2, arguments.repeats))]
    if sequences == 1:
        figures.add("llama.cpp/SmolLM2-135M prefill", [arguments.prompt / t for t, _ in times], "tokens/s")
    figures.add(
        f"llama.cpp/SmolLM2-135M decode batch {sequences}", [sequences * arguments.new / t for _, t in times], "tokens/s"
    )
figures.add("llama.cpp/SmolLM2-135M peak memory", [peak_gb()], "GB")
figures.write(arguments.json)
