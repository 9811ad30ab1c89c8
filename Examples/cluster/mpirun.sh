#!/usr/bin/env bash
# Trains over the hosts of a hostfile without a scheduler, and goes on where an earlier run stopped:
#
#   bash Examples/cluster/mpirun.sh Examples/cluster/hostfile Examples/llama-3.1-8b-sft.json [OPTIONS OF train]
#
# The hosts see this folder under the same path and let this user in by ssh without a password.
set -euo pipefail
hostfile=${1:?usage: mpirun.sh HOSTFILE CONFIG [OPTIONS OF train]}
config=${2:?usage: mpirun.sh HOSTFILE CONFIG [OPTIONS OF train]}
shift 2

options=(--hostfile "$hostfile" --bind-to "${SIGNET_BIND:-numa}")
# Ranks find each other by the first network that two hosts share, which need not be the fast one.
[ -z "${SIGNET_NETWORK:-}" ] || options+=(--mca btl_tcp_if_include "$SIGNET_NETWORK" --mca oob_tcp_if_include "$SIGNET_NETWORK")
# After SIGTERM ranks get this many seconds to finish the step and save it.
options+=(--mca odls_base_sigkill_timeout "${SIGNET_GRACE:-600}")
exec mpirun "${options[@]}" "${SIGNET_TRAIN:-.build/release/train}" --config "$config" --resume "$@"
