# Sourced by Tests/cluster.sh: runs over those hosts.

# Writes the config of a run: NAME [MAX_STEPS [ROWS_PER_STEP [SAVE_STEPS]]].
write_config() {
    mkdir -p "$work/$1"
    cat >"$work/$1.json" <<JSON
{
  "model": {
    "path": "$PWD/$model_file",
    "compute_dtype": "bfloat16",
    "quantization": { "quant_type": "nf4", "double_quant": true, "block_size": 64 }
  },
  "lora": { "r": 16, "lora_alpha": 32 },
  "data": { "train": "$PWD/Examples/data/train.jsonl" },
  "training": {
    "max_steps": ${2:-8}, "per_device_train_batch_size": ${3:-3}, "learning_rate": 5e-4,
    "save_steps": ${4:-3}
  },
  "output_dir": "$work/$1"
}
JSON
}

# Starts a run in the background, a rank of one thread on each host: NAME HOSTS [ARGUMENTS OF train].
start_run() {
    local name=$1 count=$2
    shift 2
    printf '%s slots=1\n' "${hosts[@]:0:count}" >"$work/hostfile"
    rm -f "$work/$name"/rank-*
    mpirun "${mpi_options[@]}" --hostfile "$work/hostfile" -n "$count" \
        bash Tests/Cluster/rank.sh "$work/$name" "$bin/train" --config "$work/$name.json" "$@" \
        >"$work/$name.log" 2>&1 &
    launcher=$!
}

# Runs to the end: NAME HOSTS [ARGUMENTS].
run_to_end() {
    start_run "$@"
    wait "$launcher" || fail "the run $1 ended with status $?: $(tail -n 3 "$work/$1.log")"
}

last_step() { grep -o '"step": *[0-9]*' "$work/$1/metrics.jsonl" 2>/dev/null | tail -n 1 | grep -o '[0-9]*$' || echo 0; }

# Waits until a run has made a step, however busy the machine is: NAME STEP.
await_step() {
    local deadline=$((SECONDS + 1800))
    until [ "$(last_step "$1")" -ge "$2" ]; do
        kill -0 "$launcher" 2>/dev/null || fail "the run $1 ended before step $2: $(tail -n 3 "$work/$1.log")"
        [ "$SECONDS" -lt "$deadline" ] || fail "the run $1 did not reach step $2 within half an hour"
        sleep 0.05
    done
}

is_running() { kill -0 "$1" 2>/dev/null && ! grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }

# Whether a rank of a run is still there, but for one: NAME EXCEPT.
has_ranks() {
    local file
    for file in "$work/$1"/rank-*.pid; do
        [ "$file" = "$work/$1/rank-$2.pid" ] && continue
        if is_running "$(cat "$file")"; then return 0; fi
    done
    return 1
}

adapter_digest() { sha256sum <"$work/$1/adapter/adapter_model.safetensors" | cut -d ' ' -f 1; }

newest_checkpoint() { ls "$work/$1"/checkpoint-*.h5 2>/dev/null | sort -t - -k 2 -V | tail -n 1; }

now() { date +%s.%N; }
seconds_since() { awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.1f", to - from }'; }
