#!/usr/bin/env bash
# Measures training steps of one and of two ranks of a thread each, on one host and on two, over a fast and over narrow networks,
# writes them to a file and has `signet plan` predict them: measure.sh OUT.json. Takes root and a quiet machine of two cores;
# SIGNET_PREFIX is put before every command that is measured. SIGNET_BIN: the folder of the programs, if built already.
set -euo pipefail
out=$(realpath -m "${1:?usage: measure.sh OUT.json}")
cd "$(dirname "$0")/../.."
root=$PWD
source Examples/setup.sh
source Tests/Cluster/hosts.sh
source Tests/Cluster/runs.sh

[ "$(id -u)" -eq 0 ] || fail "network namespaces take root"
fetch_model
bin=${SIGNET_BIN:-}
if [ -z "$bin" ]; then
    for product in train signet benchmarks; do swift build -c release --product "$product"; done
    bin="$(swift build -c release --show-bin-path)"
fi
work=$(mktemp -d)
trap 'remove_hosts; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
make_hosts
# Steps of many rows, which ranks can divide evenly, and no saves between them.
write_config run 8 16 1000
model_file=$root/$model_file
read -r -a prefix <<<"${SIGNET_PREFIX:-}"

# Starts COMMAND on one core for each rank: PLACE (alone, memory or network) COMMAND…
on_ranks() {
    local place=$1
    shift
    local options=(--allow-run-as-root -x SIGNET_NUM_THREADS=1 --mca pml ob1)
    case $place in
        alone) options+=(-n 1) ;;
        memory) options+=(-n 2 --bind-to core) ;;
        network)
            printf '%s slots=1\n' "${hosts[@]:0:2}" >"$work/hostfile"
            options+=(
                -n 2 --bind-to none --hostfile "$work/hostfile" --mca plm_rsh_agent "$root/Tests/Cluster/agent.sh"
                --mca btl "self,tcp" --mca btl_tcp_if_include "$subnet.0/24" --mca oob_tcp_if_include "$subnet.0/24"
            )
            ;;
    esac
    (cd "$work" && "${prefix[@]}" mpirun "${options[@]}" "$@")
}

# α and β of the way between two ranks, as `signet plan` takes them: PLACE.
network_of() {
    on_ranks "$1" "$bin/benchmarks" --filter communication | awk '
        /α/ { for (i = 1; i < NF; i++) if ($(i + 1) == "µs") latency = $i }
        /β/ { for (i = 1; i < NF; i++) if ($(i + 1) == "GB/s") rate = $i }
        END { printf "%sus,%sGB/s", latency, rate }'
}

# Seconds of a run's step: those of all but the first two, for as many tokens as its steps have on average. And the deviation of
# seconds a token over their mean.
steps_of() {
    grep -o '"num_tokens": *[0-9]*\|"tokens_per_second": *[0-9.]*' "$work/run/metrics.jsonl" | grep -o '[0-9.]*$' | paste - - |
        awk '{ all += $1 }
            NR > 2 { count++; tokens += $1; seconds += $1 / $2; sum += 1 / $2; squares += 1 / $2^2 }
            END { mean = sum / count; printf "%.4f %.4f", seconds / tokens * all / NR, sqrt(squares / count - mean^2) / mean }'
}

points=()
deviation=
# NAME PLACE NODES RANKS_PER_NODE NETWORK
measure() {
    on_ranks "$2" "$bin/train" --config "$work/run.json" --quiet >"$work/log" 2>&1 || fail "$1: $(tail -n 3 "$work/log")"
    read -r seconds noise <<<"$(steps_of)"
    deviation=${deviation:-$noise}
    echo "$1: $seconds s a step, deviation $noise"
    points+=("{\"name\": \"$1\", \"nodes\": $3, \"ranks_per_node\": $4, \"network\": $5, \"step_seconds\": $seconds}")
}

memory=$(network_of memory)
echo "between ranks of one host: $memory"
measure "one rank" alone 1 1 null
measure "two ranks, one host" memory 1 2 null
for rate in free 1gbit 100mbit 20mbit; do
    [ "$rate" = free ] || limit_network "$rate"
    network=$(network_of network)
    echo "between two hosts, $rate: $network"
    measure "two hosts, $rate" network 2 1 "\"$network\""
done
{
    echo "{\"memory\": \"$memory\", \"deviation\": $deviation, \"points\": ["
    (IFS=,; printf '%s\n' "${points[*]}")
    echo "]}"
} >"$out"
"$bin/signet" plan --config "$work/run.json" --network 10gbe --nodes 1,2 --measured "$out"
