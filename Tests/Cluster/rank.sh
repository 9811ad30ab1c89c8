#!/usr/bin/env bash
# Runs one rank and keeps beside the run which process it is, what it says and how it ends: FOLDER COMMAND…
folder=$1
shift
name="$folder/rank-$OMPI_COMM_WORLD_RANK"
# The rank gets the signals of its group itself; this shell has to outlive them.
trap : TERM INT USR1
"$@" 2> >(tee -a "$name.said" >&2) &
rank=$!
echo "$rank" >"$name.pid"
wait "$rank"
status=$?
while kill -0 "$rank" 2>/dev/null; do
    wait "$rank"
    status=$?
done
echo "$status" >"$name.exit"
# mpirun is to see what the rank ended with.
if [ "$status" -gt 128 ]; then
    trap - TERM INT USR1
    kill -"$((status - 128))" $$
fi
exit "$status"
