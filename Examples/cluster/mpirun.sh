#!/usr/bin/env bash
# Trains over the hosts of a hostfile without a scheduler, and goes on where an earlier run stopped:
#
#   bash Examples/cluster/mpirun.sh Examples/cluster/hostfile Examples/llama-3.1-8b-sft.json [OPTIONS OF train]
#
# The hosts see this folder under the same path and let this user in by ssh without a password. Ctrl-C and SIGTERM end the run
# after the step it is in, with a checkpoint; a second time they end it at once.
set -euo pipefail
hostfile=${1:?usage: mpirun.sh HOSTFILE CONFIG [OPTIONS OF train]}
config=${2:?usage: mpirun.sh HOSTFILE CONFIG [OPTIONS OF train]}
shift 2

options=(--hostfile "$hostfile" --bind-to "${SIGNET_BIND:-numa}")
# Ranks find each other by the first network that two hosts share, which need not be the fast one.
[ -z "${SIGNET_NETWORK:-}" ] || options+=(--mca btl_tcp_if_include "$SIGNET_NETWORK" --mca oob_tcp_if_include "$SIGNET_NETWORK")
# Out of the terminal's reach: mpirun itself would give the ranks a second or two to end. SIGUSR1 it passes on at once.
setsid mpirun "${options[@]}" "${SIGNET_TRAIN:-.build/release/train}" --config "$config" --resume "$@" </dev/null &
launcher=$!
signal=USR1
trap 'interrupted=yes; kill -"$signal" "$launcher" || true; signal=TERM' INT TERM
interrupted=yes
# A signal ends the wait, not mpirun.
while [ -n "$interrupted" ]; do
    interrupted=
    status=0
    wait "$launcher" || status=$?
done
exit "$status"
