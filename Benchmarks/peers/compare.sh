#!/usr/bin/env bash
# Runs the same work by Signet and by a peer, one after the other, and prints both figures and their ratio.
#
#   bash Benchmarks/peers/compare.sh [sft|8b|generation]
#
# sft and generation take some minutes each, 8b by far the longest: its steps take minutes themselves.
# SIGNET_TRAJECTORIES names the trajectories that rows are made of (else Examples/data is used); SIGNET_PEERS_ENV an
# environment that has the peers (else one is made beside this script); SIGNET_NUM_THREADS the threads of both sides.
set -euo pipefail
cd "$(dirname "$0")/../.."

peers=Benchmarks/peers
model=Checkpoints/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
vocabulary=Checkpoints/llama3/tokenizer.model
what="${1:-all}"
case "$what" in
    all | sft | 8b | generation) ;;
    *) echo "error: expected sft, 8b or generation, found $what" >&2; exit 64 ;;
esac
require() { [ -f "$1" ] || { echo "error: $1: expected a file, found none; bash $2 fetches it" >&2; exit 66; }; }
require "$model" Examples/quickstart.sh
python="$(bash $peers/setup.sh)"
export OMP_NUM_THREADS="${SIGNET_NUM_THREADS:-$(nproc)}" HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false
swift build -c release --product benchmarks
benchmarks="$(swift build -c release --show-bin-path)/benchmarks"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

rows="${PWD}/Examples/data/train.jsonl"
[ -z "${SIGNET_TRAJECTORIES:-}" ] || rows="$work/rows.jsonl"

compare_sft() {
    "$benchmarks" --filter sft --rows "$rows" --json "$work/signet.json"
    "$python" $peers/sft.py --model "$model" --rows "$rows" --json "$work/peer.json"
    "$python" $peers/table.py "$work/signet.json" "$work/peer.json" \
        "sft/SmolLM2-135M no prefix sharing real tokens=trl/SmolLM2-135M real tokens" \
        "sft/SmolLM2-135M prefix sharing real tokens=trl/SmolLM2-135M real tokens" \
        "sft/SmolLM2-135M no prefix sharing peak memory=trl/SmolLM2-135M peak memory" \
        "sft/SmolLM2-135M prefix sharing peak memory=trl/SmolLM2-135M peak memory"
}

compare_8b() {
    require "$vocabulary" Tests/run.sh
    local all="8b/1024 tokens, all with loss" real="8b/8 real rows"
    local peer="peft/Llama-3.1-8B extrapolated to 32 layers"
    # Steps take minutes: one after the warm-up says enough.
    "$benchmarks" --filter 8b/ --repeats 1 --rows "$rows" --json "$work/signet.json"
    echo "peft and bitsandbytes, 1,024 tokens with loss, gradient checkpointing:"
    "$python" $peers/eight_billion.py --json "$work/peer.json"
    echo "the same, keeping activations:"
    "$python" $peers/eight_billion.py --keep-activations --json "$work/keeping.json"
    echo "peft and bitsandbytes, the first 8 real rows, gradient checkpointing:"
    "$python" $peers/eight_billion.py --rows "$rows" --vocabulary "$vocabulary" --steps 2 --json "$work/rows-peer.json"
    "$python" $peers/table.py "$work/signet.json" "$work/peer.json" \
        "$all, no recomputation real tokens=$peer, real tokens" \
        "$all, all layers recomputed real tokens=$peer, real tokens" \
        "$all, no recomputation peak memory=$peer, peak memory" \
        "$all, all layers recomputed peak memory=$peer, peak memory"
    echo "against the peer keeping activations:"
    "$python" $peers/table.py "$work/signet.json" "$work/keeping.json" \
        "$all, no recomputation real tokens=$peer, real tokens" \
        "$all, no recomputation peak memory=$peer, peak memory"
    echo "on real rows:"
    "$python" $peers/table.py "$work/signet.json" "$work/rows-peer.json" \
        "$real, no prefix sharing real tokens=$peer, real tokens" \
        "$real, prefix sharing real tokens=$peer, real tokens"
}

compare_generation() {
    "$benchmarks" --filter generation --json "$work/signet.json"
    "$python" $peers/generation.py --model "$model" --json "$work/peer.json"
    "$python" $peers/table.py "$work/signet.json" "$work/peer.json" \
        "generation/SmolLM2-135M nf4 prefill 512 tokens=llama.cpp/SmolLM2-135M prefill" \
        "generation/SmolLM2-135M nf4 decode batch 1=llama.cpp/SmolLM2-135M decode batch 1" \
        "generation/SmolLM2-135M nf4 decode batch 16=llama.cpp/SmolLM2-135M decode batch 16"
}

if [ "$what" = all ]; then
    for part in sft generation 8b; do "compare_$part"; done
else
    "compare_$what"
fi
