#!/usr/bin/env bash
# Kills training at every system call of its saves, cuts its power there, lets each of them fail, and lets disks be full,
# read-only and gone; prints what each has cost. Takes some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
source Examples/setup.sh

require_swift
install_packages "${packages[@]}"

table=$(mktemp)
log=$(mktemp)
trap 'rm -f "$table" "$log"' EXIT
swift build --build-tests
SIGNET_TORTURE_TABLE="$table" swift test --skip-build --filter 'TortureTests|DiskFaultTests' 2>&1 | tee "$log" ||
    { echo "== failed"; grep -a -A 3 '✘' "$log"; fail "tests failed"; }

echo "| fault | injected | runs that went on | runs that ended | steps made again, most | recovery s, mean | most |"
echo "|---|---|---|---|---|---|---|"
sort "$table"
