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

swift build --build-tests
swift test --skip-build

instruction_sets=(scalar)
grep -qw avx2 /proc/cpuinfo && instruction_sets+=(avx2)
grep -qw avx512bw /proc/cpuinfo && instruction_sets+=(avx512)
grep -qw avx512_bf16 /proc/cpuinfo && instruction_sets+=(avx512bf16)
for instruction_set in "${instruction_sets[@]}"; do
    echo "== $instruction_set"
    SIGNET_ISA="$instruction_set" swift test --skip-build --filter 'TensorsTests|LayersTests|ModelsTests'
done

echo "== a package that depends on Signet"
swift run --package-path Examples/dependent-package | tee /dev/stderr | grep -q "nf4 double true: 4.158203125 bits a weight" ||
    fail "the dependent package printed something else"
