#!/usr/bin/env bash
# Prints the Python of an environment that has the peers, in the versions requirements.txt pins. It is made beside this
# script the first time (llama-cpp-python is compiled then, for this processor), unless SIGNET_PEERS_ENV names one.
set -euo pipefail
cd "$(dirname "$0")"

environment="${SIGNET_PEERS_ENV:-$PWD/environment}"
python="$environment/bin/python"
if [ -z "${SIGNET_PEERS_ENV:-}" ] && [ ! -e "$environment/complete" ]; then
    command -v g++ > /dev/null || { echo "error: g++: expected a C++ compiler for llama-cpp-python, found none" >&2; exit 66; }
    python3 -m venv "$environment" >&2
    CMAKE_ARGS="-DGGML_NATIVE=ON" "$environment/bin/pip" install --requirement requirements.txt >&2
    touch "$environment/complete"
fi
[ -x "$python" ] || { echo "error: $environment: expected a virtual environment, found no bin/python" >&2; exit 66; }
"$python" - requirements.txt << 'END' >&2
import importlib.metadata, sys

for line in open(sys.argv[1]):
    if "==" not in line:
        continue
    name, wanted = line.strip().split("==")
    try:
        found = importlib.metadata.version(name).split("+")[0]
    except importlib.metadata.PackageNotFoundError:
        found = "nothing"
    if found != wanted:
        sys.exit(f"error: {name}: expected version {wanted}, found {found}")
END
echo "$python"
