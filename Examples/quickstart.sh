#!/usr/bin/env bash
# From a fresh machine to a trained adapter: installs what is missing, fetches a small model, builds, trains on the rows in
# Examples/data and shows the same held-out text anonymized before and after.
set -euo pipefail
cd "$(dirname "$0")/.."
source Examples/setup.sh

require_swift
install_packages "${packages[@]}"
fetch_model
swift build -c release --product train
swift build -c release --product signet
bin="$(swift build -c release --show-bin-path)"

output="Checkpoints/sft"
generate() {
    "$bin/signet" generate --model "$model_file" --quantize nf4 --compute-dtype bfloat16 --max-tokens 120 \
        --system "$(cat Examples/data/system.txt)" --prompt "$(cat Examples/data/held-out.txt)" "$@"
    echo
}

before="$(generate)"
"$bin/train" --config Examples/sft.json
after="$(generate --adapter "$output/adapter")"

eval_loss() { grep -o '"eval_loss": *[0-9.e+-]*' "$output/metrics.jsonl" | grep -o '[0-9.e+-]*$' | "$1" -n 1; }
echo
echo "held-out text    $(cat Examples/data/held-out.txt)"
echo
echo "before training  $before"
echo
echo "after training   $after"
echo
echo "eval loss        $(eval_loss head) before, $(eval_loss tail) after"
echo "adapter          $output/adapter"
