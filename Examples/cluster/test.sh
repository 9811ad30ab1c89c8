#!/usr/bin/env bash
# Runs sft.sbatch under a Slurm of its own on this machine: the job is warned before its time limit, saves, goes back into the
# queue, resumes and finishes, with the adapter of a run that nothing has disturbed. Then runs mpirun.sh. Slurm's daemons keep
# everything in a temporary folder and are stopped at the end; they take root.
set -euo pipefail
cd "$(dirname "$0")/../.."
source Examples/setup.sh

[ "$(id -u)" -eq 0 ] || fail "Slurm's daemons take root here: sudo bash Examples/cluster/test.sh"
require_swift
install_packages "${packages[@]}" openmpi-bin slurmctld slurmd slurm-client munge
fetch_model
# SIGNET_BIN is a folder with the programs, where they are built already.
bin=${SIGNET_BIN:-}
if [ -z "$bin" ]; then
    swift build -c release --product train
    bin="$(swift build -c release --show-bin-path)"
fi

work=$(mktemp -d)
chmod 755 "$work"
export SLURM_CONF="$work/slurm.conf"
end() {
    squeue --noheader --format %i 2>/dev/null | xargs -r scancel 2>/dev/null || true
    local name
    for name in slurmd slurmctld munged; do
        if [ -s "$work/$name.pid" ]; then kill "$(cat "$work/$name.pid")" 2>/dev/null || true; fi
    done
    sleep 1
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

# One node with the cores of this machine.
start_slurm() {
    local name
    name=$(hostname -s)
    mkdir -p "$work/state" "$work/spool"
    head -c 1024 /dev/urandom >"$work/munge.key"
    chmod 600 "$work/munge.key"
    # munged wants a folder above its socket that others cannot write to.
    munged --force --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munged.pid" \
        --log-file="$work/munged.log" --seed-file="$work/munged.seed"
    cat >"$SLURM_CONF" <<CONF
ClusterName=here
SlurmctldHost=$name(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
AuthType=auth/munge
# Jobs that were put back into the queue start again once their credentials have expired.
AuthInfo=socket=$work/munge.socket,cred_expire=5
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
NodeName=$name NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    slurmctld -f "$SLURM_CONF"
    slurmd -f "$SLURM_CONF"
    local deadline=$((SECONDS + 30))
    until sinfo --noheader --format %T 2>/dev/null | grep -q idle; do
        [ "$SECONDS" -lt "$deadline" ] || fail "Slurm does not start: $(tail -n 5 "$work"/slurm*.log)"
        sleep 0.5
    done
}

write_config() { # NAME MAX_STEPS
    cat >"$work/$1.json" <<JSON
{
  "model": {
    "path": "$PWD/$model_file",
    "compute_dtype": "bfloat16",
    "quantization": { "quant_type": "nf4", "double_quant": true, "block_size": 64 }
  },
  "data": { "train": "$PWD/Examples/data/train.jsonl" },
  "training": { "max_steps": $2, "per_device_train_batch_size": 4, "learning_rate": 5e-4, "save_steps": 1000 },
  "output_dir": "$work/$1"
}
JSON
}

digest() { sha256sum <"$work/$1/adapter/adapter_model.safetensors"; }
expect_log() { grep -a -q "$1" "$work/job.log" || fail "the job's log has no “$1”: $(tail -n 20 "$work/job.log")"; }

export SIGNET_TRAIN="$bin/train" SIGNET_NUM_THREADS=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
tasks=$(($(nproc) < 2 ? 1 : 2))
start_slurm

# As many as about two and a half minutes take here: more than the job's limit of two.
write_config timing 3
srun --ntasks="$tasks" --mpi=pmix "$bin/train" --config "$work/timing.json" --quiet
rate=$(grep -o '"tokens_per_second": *[0-9.]*' "$work/timing/metrics.jsonl" | tail -n 1 | grep -o '[0-9.]*$')
tokens=$(grep -o '"num_tokens": *[0-9]*' "$work/timing/metrics.jsonl" | tail -n 1 | grep -o '[0-9]*$')
steps=$(awk -v rate="$rate" -v tokens="$tokens" 'BEGIN { print int(150 * rate / tokens) + 10 }')

echo "== undisturbed: $steps steps on $tasks ranks"
write_config undisturbed "$steps"
srun --ntasks="$tasks" --mpi=pmix "$bin/train" --config "$work/undisturbed.json" --quiet

echo "== sft.sbatch with a time limit of two minutes"
write_config job "$steps"
job=$(sbatch --parsable --nodes=1 --ntasks-per-node="$tasks" --cpus-per-task=1 --time=2 --signal=B:USR1@60 \
    --output="$work/job.log" Examples/cluster/sft.sbatch "$work/job.json")
deadline=$((SECONDS + 3600))
until [[ $(squeue --noheader --jobs="$job" --states=all --format=%T 2>/dev/null) =~ COMPLETED|FAILED|TIMEOUT|CANCELLED ]]; do
    [ "$SECONDS" -lt "$deadline" ] || fail "the job does not end: $(tail -n 20 "$work/job.log")"
    sleep 1
done
expect_log "stopped at step"
expect_log "back into the queue"
expect_log "resuming from"
expect_log ": done"
restarts=$(grep -a -c "back into the queue" "$work/job.log")
[ "$(digest job)" = "$(digest undisturbed)" ] || fail "the adapter of the job is not that of the undisturbed run"
echo "warned, saved and put back into the queue $restarts times; finished with the undisturbed run's adapter"

echo "== mpirun.sh"
write_config hosts "$steps"
echo "localhost slots=$tasks" >"$work/hostfile"
SIGNET_BIND=none bash Examples/cluster/mpirun.sh "$work/hostfile" "$work/hosts.json" --quiet
[ "$(digest hosts)" = "$(digest undisturbed)" ] || fail "the adapter of mpirun.sh is not that of the undisturbed run"
echo "the same adapter"
