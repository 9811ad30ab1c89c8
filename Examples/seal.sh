#!/usr/bin/env bash
# SEAL from end to end on a small model: trajectories (made up, or given), rows to train on, SFT, DPO, texts of held-out
# authors that refine themselves, and the report. The same line goes on where it was interrupted.
set -euo pipefail
caller="$PWD"
cd "$(dirname "$0")/.."
source Examples/setup.sh

usage="usage: bash Examples/seal.sh [--trajectories FILE] [--out FOLDER] [--profiles N] [--utility-slack U]

  --trajectories FILE  real trajectories; held-out authors are of these, made-up ones are trained on beside them
  --out FOLDER         where everything is written (Checkpoints/seal)
  --profiles N         how many authors to make up (20; 10 with --trajectories)
  --utility-slack U    how much less useful a better text may be (0.034: one point of thirty)"

trajectories="" out="$PWD/Checkpoints/seal" profiles="" slack=0.034
while [ $# -gt 0 ]; do
    [ "$1" = --help ] && echo "$usage" && exit
    [ $# -gt 1 ] || fail "$1 needs a value; $usage"
    case "$1" in
        --trajectories) trajectories="$(cd "$caller" && realpath -e "$2" 2>/dev/null)" || fail "no such file: $2" ;;
        --out) out="$(cd "$caller" && realpath -m "$2")" ;;
        --profiles) profiles="$2" ;;
        --utility-slack) slack="$2" ;;
        *) fail "unknown option $1; $usage" ;;
    esac
    shift 2
done

stage() { printf '\n== %d:%02d  %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*"; }

stage "build"
require_swift
install_packages "${packages[@]}"
fetch_model
swift build -c release --product train
swift build -c release --product signet
bin="$(swift build -c release --show-bin-path)"
model=(--model "$model_file" --quantize nf4 --compute-dtype bfloat16)
rows="$out/rows" sft="$out/sft" dpo="$out/dpo"

stage "synthesize, tasks: rows to train on, a fifth of the authors held out"
tasks() { # TRAJECTORIES FOLDER [OPTIONS …]
    "$bin/signet" tasks "$1" --out "$2" --utility-slack "$slack" "${@:3}"
}
made="$out/made" gold=()
if [ -z "$trajectories" ]; then
    "$bin/signet" synthesize --profiles "${profiles:-20}" --seed 1 --out "$made"
    trajectories="$made/trajectories.jsonl"
    tasks "$trajectories" "$rows" --held-out 0.2
    # Where personal data stands is known, so it can be masked for comparison.
    gold=(--gold "$made/texts.jsonl")
else
    "$bin/signet" synthesize --profiles "${profiles:-10}" --seed 1 --out "$made"
    tasks "$made/trajectories.jsonl" "$made/rows" --held-out 0
    # Real trajectories are few: their rows count several times, and about as often for each task.
    tasks "$trajectories" "$rows" --held-out 0.2 --weights anonymize=4,infer=2,judge=3
    for file in sft.jsonl dpo.jsonl; do
        cat "$made/rows/$file" "$rows/$file" >"$rows/all-$file"
        mv "$rows/all-$file" "$rows/$file"
    done
fi

for file in sft.jsonl sft-eval.jsonl dpo.jsonl; do
    [ -s "$rows/$file" ] ||
        fail "$trajectories: too few authors, texts or versions of a text to train on and to hold out: no rows in $rows/$file"
done

stage "train: supervised fine-tuning in all three roles"
"$bin/train" --config Examples/seal/sft.json --resume \
    --set "data.train=$rows/sft.jsonl" --set "data.eval=$rows/sft-eval.jsonl" --set "output_dir=$sft"

stage "train: preferences between rewritings"
# Pairs take three versions of a text: the held-out ones may have fewer.
held_out="$rows/dpo-eval.jsonl"
[ -s "$held_out" ] || held_out=null
"$bin/train" --config Examples/seal/dpo.json --resume --set "lora.adapter_path=$sft/adapter" \
    --set "data.train=$rows/dpo.jsonl" --set "data.eval=$held_out" --set "output_dir=$dpo"

examine() { # NAME [OPTIONS …]
    "$bin/signet" examine "${model[@]}" "${@:2}" "$rows/sft-eval.jsonl" --max-tokens 400 --out "$out/answers-$1.jsonl" \
        >"$out/examination-$1.txt"
    printf '\n%s\n' "$1"
    cat "$out/examination-$1.txt"
}
stage "examine: loss on the held-out rows, and answers that can be read at the first try"
examine untrained
examine sft --adapter "$sft/adapter"
examine dpo --adapter "$dpo/adapter"

anonymize() { # NAME
    "$bin/signet" anonymize "${model[@]}" --adapter "$out/$1/adapter" "$rows/texts-eval.jsonl" \
        --out "$out/refined-$1.jsonl" --rounds 3 --max-tokens 400
}
stage "anonymize: the texts of the held-out authors, up to three rounds"
anonymize sft
anonymize dpo

stage "evaluate: the student of supervised fine-tuning is adversary and judge of all versions alike"
cat >"$out/models.json" <<JSON
{
  "adversary": {
    "model": {
      "path": "$PWD/$model_file", "compute_dtype": "bfloat16",
      "quantization": { "quant_type": "nf4", "double_quant": true, "block_size": 64 }
    },
    "adapter_path": "$sft/adapter", "max_tokens": 400
  },
  "judge": {
    "model": {
      "path": "$PWD/$model_file", "compute_dtype": "bfloat16",
      "quantization": { "quant_type": "nf4", "double_quant": true, "block_size": 64 }
    },
    "adapter_path": "$sft/adapter", "max_tokens": 400
  }
}
JSON
"$bin/signet" evaluate "$out/refined-dpo.jsonl" --baseline "Teacher=$trajectories" --baseline "SFT alone=$out/refined-sft.jsonl" \
    "${gold[@]}" --models "$out/models.json" --out "$out/report"

stage "done: $out/report/report.html, adapter in $dpo/adapter"
