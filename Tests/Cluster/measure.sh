#!/usr/bin/env bash
# Measures training steps of one and of two ranks of a thread each, on one host and on two, over a fast and over narrow networks,
# writes medians to a file and has `signet plan` predict them: measure.sh OUT.json. Takes root and a quiet machine of two cores;
# SIGNET_PREFIX is put before every command that is measured, SIGNET_ROWS is the number of rows a step, and SIGNET_BIN the folder of
# the programs, if built already.
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
# Steps of many rows, which ranks can divide evenly, and no saves between them. With 24 rows one rank computes two streams and
# each of two ranks one; what a stream costs by itself shows at 16 and 48.
write_config run 8 "${SIGNET_ROWS:-24}" 1000
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

# Arrangements by name, in the order in which they were first measured; what was measured of each, a run a line.
names=()
declare -A arrangements seconds_of noise_of

# NAME PLACE NODES RANKS_PER_NODE NETWORK
measure() {
    on_ranks "$2" "$bin/train" --config "$work/run.json" --quiet >"$work/log" 2>&1 || fail "$1: $(tail -n 3 "$work/log")"
    local seconds noise
    read -r seconds noise <<<"$(steps_of)"
    echo "$1: $seconds s a step, deviation $noise"
    [ -n "${arrangements[$1]:-}" ] || names+=("$1")
    arrangements[$1]="\"nodes\": $3, \"ranks_per_node\": $4, \"network\": $5"
    seconds_of[$1]+="$seconds"$'\n'
    noise_of[$1]+="$noise"$'\n'
}

median() { sort -n | awk 'NF { all[++count] = $1 } END { print all[int((count + 1) / 2)] }'; }

memory=$(network_of memory)
echo "between ranks of one host: $memory"
network=$(network_of network)
echo "between two hosts: $network"
# In turn, so that a machine that is faster now and slower then is so for all.
for round in 1 2 3 4 5; do
    echo "== $round"
    measure "one rank" alone 1 1 null
    measure "two ranks, one host" memory 1 2 null
    measure "two hosts, free" network 2 1 "\"$network\""
done
for rate in 1gbit 100mbit; do
    limit_network "$rate"
    network=$(network_of network)
    echo "between two hosts, $rate: $network"
    for round in 1 2 3; do measure "two hosts, $rate" network 2 1 "\"$network\""; done
done
{
    echo "{\"memory\": \"$memory\", \"deviation\": $(median <<<"${noise_of["one rank"]}"), \"points\": ["
    separator=
    for name in "${names[@]}"; do
        seconds=$(median <<<"${seconds_of[$name]}")
        echo "$separator{\"name\": \"$name\", ${arrangements[$name]}, \"step_seconds\": $seconds}"
        separator=,
    done
    echo "]}"
} >"$out"
one=$(median <<<"${seconds_of["one rank"]}")
two=$(median <<<"${seconds_of["two ranks, one host"]}")
awk -v one="$one" -v two="$two" 'BEGIN { printf "efficiency of two ranks, medians of five runs each: %.3f\n", one / 2 / two }'
"$bin/signet" plan --config "$work/run.json" --network 10gbe --nodes 1,2 --measured "$out"
