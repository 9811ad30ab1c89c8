# Sourced by Tests/cluster.sh: hosts as network namespaces, each with a name of its own, a loopback and one cable into a bridge
# that stands for the switch. They see one file system, as the nodes of a cluster do.

hosts=(signet1 signet2 signet3)
bridge=signetbr
subnet=10.77.0

make_hosts() {
    remove_hosts
    ip link add "$bridge" type bridge
    # mpirun runs outside, as on a login node.
    ip addr add "$subnet.254/24" dev "$bridge"
    ip link set "$bridge" up
    local number=0 host
    for host in "${hosts[@]}"; do
        number=$((number + 1))
        ip netns add "$host"
        ip link add "to-$host" type veth peer name cable netns "$host"
        ip link set "to-$host" master "$bridge" up
        ip -n "$host" addr add "$subnet.$number/24" dev cable
        ip -n "$host" link set cable up
        ip -n "$host" link set lo up
    done
}

# Ends every process of a host at once, as a power cut does.
kill_host() { ip netns pids "$1" 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true; }

cut_cable() { ip link set "to-$1" down; }
mend_cable() { ip link set "to-$1" up; }

# Limits what each host sends and receives, to a rate such as 100mbit.
limit_network() {
    local host
    for host in "${hosts[@]}"; do
        tc qdisc replace dev "to-$host" root tbf rate "$1" burst 128kb latency 100ms
        ip netns exec "$host" tc qdisc replace dev cable root tbf rate "$1" burst 128kb latency 100ms
    done
}

free_network() {
    local host
    for host in "${hosts[@]}"; do
        tc qdisc del dev "to-$host" root 2>/dev/null || true
        ip netns exec "$host" tc qdisc del dev cable root 2>/dev/null || true
    done
}

remove_hosts() {
    local host
    for host in "${hosts[@]}"; do
        kill_host "$host"
        ip netns del "$host" 2>/dev/null || true
        ip link del "to-$host" 2>/dev/null || true
    done
    ip link del "$bridge" 2>/dev/null || true
}
