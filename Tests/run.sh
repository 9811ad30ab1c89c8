#!/usr/bin/env bash
# Runs every test: installs what is missing, fetches the small model and a vocabulary, builds, tests, tests the kernels' users once more under
# every instruction set this processor has, and builds and runs a package that depends on this one.
set -euo pipefail
cd "$(dirname "$0")/.."
source Examples/setup.sh

require_swift
install_packages "${packages[@]}"
fetch_model
fetch_llama3_vocabulary

# Tests whose output goes to a terminal as ever; what failed is said once more at the end, where it is not lost among the
# lines of those that passed.
run_tests() {
    swift test --skip-build "$@" 2>&1 | tee "$log" || { echo "== failed"; grep -a -A 3 '✘' "$log"; fail "tests failed"; }
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests
run_tests

instruction_sets=(scalar)
grep -qw avx2 /proc/cpuinfo && instruction_sets+=(avx2)
grep -qw avx512bw /proc/cpuinfo && instruction_sets+=(avx512)
grep -qw avx512_bf16 /proc/cpuinfo && instruction_sets+=(avx512bf16)
for instruction_set in "${instruction_sets[@]}"; do
    echo "== $instruction_set"
    SIGNET_ISA="$instruction_set" run_tests --filter 'TensorsTests|LayersTests|ModelsTests'
done

echo "== a package that depends on Signet"
swift run --package-path Examples/dependent-package | tee >(cat >&2) | grep -q "nf4 double true: 4.1583251953125 bits a weight" ||
    fail "the dependent package printed something else"
