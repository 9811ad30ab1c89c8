# Sourced by Tests/cluster.sh: what is done to a run, what has to come of it, and the table of it.

rows=()
failures=0

# Shown at once and again at the end.
row() {
    rows+=("$1")
    echo "$1"
}

expect() { # NAME CONDITION…: notes where it does not hold.
    local name=$1
    shift
    "$@" && return
    echo "expected but not so, $name: $*" >&2
    failures=$((failures + 1))
}

at_most() { awk -v found="$1" -v limit="$2" 'BEGIN { exit !(found <= limit) }'; }
not_zero() { [ "$1" != 0 ]; }
equal() { [ "$1" = "$2" ]; }

# What a rank ended with, in a few words: NAME RANK.
rank_end() {
    local status
    status=$(cat "$work/$1/rank-$2.exit" 2>/dev/null || echo killed)
    echo "rank $2 ${status/#[0-9]/exit &}"
}

# The line that names a lost rank or its host, by a rank or by mpirun: NAME RANK.
line_naming() {
    grep -a -m 1 -E "^error:.*(rank $2|${hosts[$2]})|process rank $2 |on node ${hosts[$2]}" "$work/$1.fault.log" || true
}

# Does something to a run behind its checkpoint, waits for its end, resumes it and compares:
# NAME HOSTS VICTIM(rank or -) EXPECTED DESCRIPTION COMMAND…, where the run is expected to be lost, to be stopped, or to be
# saved and then killed.
fault() {
    local name=$1 count=$2 victim=$3 expected=$4 description=$5
    shift 5
    echo "== $description"
    write_config "$name" "$steps"
    start_run "$name" "$count"
    # The last checkpoint is two steps behind.
    await_step "$name" 5
    local step began ended rank kept
    began=$(now)
    "$@"
    while has_ranks "$name" "$victim" && at_most "$(seconds_since "$began")" 60; do sleep 0.1; done
    ended=$(seconds_since "$began")
    expect "$name: no rank is left" eval "! has_ranks $name $victim"
    expect "$name: all ranks end within 30 s" at_most "$ended" 30
    step=$(last_step "$name")
    wait_for_launcher
    recover_hosts
    mv "$work/$name.log" "$work/$name.fault.log"
    local ends="" said
    for ((rank = 0; rank < count; rank++)); do
        ends+="${ends:+; }$(rank_end "$name" "$rank")"
        [ "$rank" = "$victim" ] && continue
        case $expected in
            lost) expect "$name: rank $rank ends as failed" not_zero "$(cat "$work/$name/rank-$rank.exit" 2>/dev/null || echo killed)" ;;
            stopped) expect "$name: rank $rank ends well" equal "$(cat "$work/$name/rank-$rank.exit" 2>/dev/null)" 0 ;;
        esac
    done
    if [ "$expected" != lost ]; then
        said=$(grep -a -m 1 -E '^stopped at step' "$work/$name.fault.log" | cut -c 1-40 || true)
    else
        said=$(line_naming "$name" "$victim")
    fi
    [ -n "$said" ] || grep -a -v '^step' "$work/$name.fault.log" | tail -n 20 >&2
    expect "$name: something says why" test -n "$said"
    local checkpoint
    checkpoint=$(newest_checkpoint "$name")
    expect "$name: the newest checkpoint is whole" "$bin/signet" inspect "$checkpoint" >/dev/null
    kept=${checkpoint##*-}
    kept=${kept%.h5}
    [ "$expected" = lost ] || expect "$name: the last step is saved" equal "$kept" "$step"
    began=$(now)
    start_run "$name" "$count" --resume
    await_step "$name" $((step + 1))
    local recovered
    recovered=$(seconds_since "$began")
    wait "$launcher" || expect "$name: the resumed run ends well" false
    local digest
    digest=$(adapter_digest "$name")
    expect "$name: the adapter is the undisturbed run's" equal "$digest" "${reference[$count-$steps]}"
    local identical=no
    [ "$digest" = "${reference[$count-$steps]}" ] && identical=yes
    row "$description | $ends | “$said” | $ended | $((step - kept)) of $step steps computed again | $recovered | $identical"
}

# mpirun ends by itself, or is ended where it waits for a host that is gone.
wait_for_launcher() {
    local deadline=$((SECONDS + 30))
    while is_running "$launcher" && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.1; done
    if is_running "$launcher"; then kill -KILL "$launcher"; fi
    wait "$launcher" 2>/dev/null || true
}

# Hosts without a process, cables mended.
recover_hosts() {
    local host
    for host in "${hosts[@]}"; do
        kill_host "$host"
        mend_cable "$host"
    done
}

# Something a run has to survive: NAME HOSTS DESCRIPTION COMMAND…, which is called behind step 5.
disturbance() {
    local name=$1 count=$2 description=$3
    shift 3
    echo "== $description"
    write_config "$name" "$steps"
    start_run "$name" "$count"
    await_step "$name" 5
    "$@"
    wait "$launcher" || expect "$name: the run goes on" false
    local identical=no
    [ "$(adapter_digest "$name")" = "${reference[$count-$steps]}" ] && identical=yes
    expect "$name: the adapter is the undisturbed run's" equal "$identical" yes
    row "$description | go on | – | – | nothing | – | $identical"
}

rank_process() { cat "$work/$1/rank-$2.pid"; }
hang() { kill -STOP "$(rank_process "$1" "$2")"; }
kill_rank() { kill -KILL "$(rank_process "$1" "$2")"; }
pause() { hang "$1" "$2" && sleep "$3" && kill -CONT "$(rank_process "$1" "$2")"; }
warn() { kill -USR1 "$launcher"; }
terminate() { kill -TERM "$launcher"; }
