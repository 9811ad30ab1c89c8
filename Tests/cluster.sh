#!/usr/bin/env bash
# Trains over several hosts on this machine, cuts cables, kills hosts and hangs ranks, and shows that every run ends in time, says
# why, and goes on as if nothing had been: with a table at the end. Hosts are network namespaces, so it takes root.
# Then kills writers of checkpoints at every system call (Tests/torture.sh) and runs the examples under Slurm.
set -euo pipefail
cd "$(dirname "$0")/.."
source Examples/setup.sh
source Tests/Cluster/hosts.sh
source Tests/Cluster/runs.sh
source Tests/Cluster/faults.sh

[ "$(id -u)" -eq 0 ] || fail "network namespaces take root: sudo bash Tests/cluster.sh"
require_swift
install_packages "${packages[@]}" openmpi-bin iproute2
unshare --net true 2>/dev/null || fail "this kernel or container does not allow network namespaces (unshare --net)"
fetch_model
# SIGNET_BIN is a folder with the programs, where they are built already.
bin=${SIGNET_BIN:-}
if [ -z "$bin" ]; then
    swift build -c release --product train
    swift build -c release --product signet
    bin="$(swift build -c release --show-bin-path)"
fi

work=$(mktemp -d)
launcher=
end() {
    if [ -n "$launcher" ]; then kill -KILL "$launcher" 2>/dev/null || true; fi
    remove_hosts
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

mpi_options=(
    --allow-run-as-root --bind-to none --mca plm_rsh_agent "$PWD/Tests/Cluster/agent.sh"
    --mca pml ob1 --mca btl self,tcp --mca btl_tcp_if_include "$subnet.0/24" --mca oob_tcp_if_include "$subnet.0/24"
    -x SIGNET_NUM_THREADS=1
)

make_hosts
declare -A reference
undisturbed() { # HOSTS: a run of $steps steps that the others are compared with.
    echo "== undisturbed, $1 hosts, $steps steps"
    write_config "undisturbed$1-$steps" "$steps"
    run_to_end "undisturbed$1-$steps" "$1"
    reference[$1-$steps]=$(adapter_digest "undisturbed$1-$steps")
}
steps=8
undisturbed 2
undisturbed 3

fault cable 2 1 lost "the cable of a host is cut" cut_cable "${hosts[1]}"
fault power 3 2 lost "a host loses its power" kill_host "${hosts[2]}"
fault killed 2 1 lost "a rank is killed" kill_rank killed 1
fault hung 2 1 lost "a rank hangs" hang hung 1
fault warned 2 - stopped "mpirun gets SIGUSR1" warn
disturbance paused 2 "a rank stands still for 5 s" pause paused 1 5
disturbance narrow 2 "the network is limited to 20 Mbit/s" limit_network 20mbit
free_network

# mpirun waits that many seconds before it passes SIGTERM on, and as long again before it kills: ranks that have saved too, as they
# cannot take their leave of it meanwhile.
mpi_options+=(--mca odls_base_sigkill_timeout 3)
steps=40
undisturbed 2
fault terminated 2 - saved "mpirun gets SIGTERM" terminate

echo
echo "fault | ranks | what was said | seconds until all had ended | lost | seconds until the step was there again | same adapter"
printf '%s\n' "${rows[@]}"
[ "$failures" -eq 0 ] || fail "$failures expectations failed"

if [ -f Tests/torture.sh ]; then bash Tests/torture.sh; fi
bash Examples/cluster/test.sh
