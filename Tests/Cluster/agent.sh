#!/usr/bin/env bash
# What mpirun starts its daemon on a host with, in place of ssh: HOST COMMAND…
host=$1
shift
exec ip netns exec "$host" unshare --uts bash -c "hostname $host; exec $*"
