#!/usr/bin/env bash
# Deja listo todo lo que hace falta para medir: los programas, el servidor nuestro y los demás.
#
#     bash bench/prepara.sh
#
# Repetirlo no hace nada. Lo compilado va a `bench/target`, o a $CARGO_TARGET_DIR; los servidores de
# Python, a `venv` ahí dentro, o a $BENCH_VENV. Lo que no se pueda instalar se dice al final.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
readonly VENV="${BENCH_VENV:-$CARGO_TARGET_DIR/venv}"
readonly POLICY=/usr/sbin/policy-rc.d

# programa o archivo que debe existir : paquete de Debian que lo trae
readonly NEEDED=(
    wrk:wrk
    nginx:nginx
    ip:iproute2
    unshare:util-linux
    gcc:gcc
    g++:g++
    make:make
    /usr/include/ev.h:libev-dev
    /usr/include/pcre2posix.h:libpcre2-dev
)

failures=()

main() {
    system_packages
    python_servers
    python_bridge
    rust_servers
    if ((${#failures[@]} > 0)); then
        printf 'no se pudo instalar: %s\n' "${failures[@]}" >&2
        return 1
    fi
    # Lo último que se ve es qué hay y qué falta.
    python3 mide --lista
    echo "listo; para medir: python3 bench/mide"
}

system_packages() {
    local missing=() pair
    for pair in "${NEEDED[@]}"; do
        present "${pair%%:*}" || missing+=("${pair##*:}")
    done
    python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
    [[ -r $(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h ]] ||
        missing+=(python3-dev)
    ((${#missing[@]} > 0)) || return 0
    if ((EUID != 0)); then
        echo "faltan programas; instálalos con: sudo apt-get install ${missing[*]}" >&2
        exit 1
    fi
    install_packages "${missing[@]}"
}

present() {
    if [[ $1 == /* ]]; then [[ -r $1 ]]; else command -v "$1" >/dev/null; fi
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    forbid_services
    apt-get -qq update
    apt-get -qq install --yes --no-install-recommends "$@"
}

# Debian enciende nginx al instalarlo; aquí lo enciende la medición, en su propio puerto.
forbid_services() {
    [[ ! -e $POLICY ]] || return 0
    trap 'rm -f "$POLICY"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$POLICY"
    chmod +x "$POLICY"
}

# De uno en uno: que no se pueda instalar el primero no deja sin los demás.
python_servers() {
    local server
    [[ -x $VENV/bin/python ]] || python3 -m venv "$VENV"
    while read -r server; do
        echo "Python: $server"
        "$VENV/bin/pip" install --quiet --disable-pip-version-check "$server" || failures+=("$server")
    done <peers/python/requirements.txt
}

# El nuestro, para aplicaciones de Python. Se vuelve a instalar siempre: su versión no dice si cambió.
python_bridge() {
    echo "Python: pasarela"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check --force-reinstall --no-deps ../python ||
        failures+=("pasarela para Python")
}

rust_servers() {
    cargo build --release --locked || failures+=("el servidor de pasarela")

    # Alguno declara una versión de Rust más nueva de la que le basta: de ahí `--ignore-rust-version`.
    local build=(cargo build --release --locked --ignore-rust-version --manifest-path peers/Cargo.toml)
    "${build[@]}" --keep-going || failures+=("alguno de los servidores de Rust")

    # `ntex` elige epoll o io_uring al compilar: son dos programas.
    if CARGO_TARGET_DIR=$CARGO_TARGET_DIR/uring "${build[@]}" \
        --package peer-ntex --no-default-features --features uring; then
        cp "$CARGO_TARGET_DIR/uring/release/peer-ntex" "$CARGO_TARGET_DIR/release/peer-ntex-uring"
    else
        failures+=("ntex con io_uring")
    fi
}

main
