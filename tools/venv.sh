#!/usr/bin/env bash
# Makes .venv and installs the locked packages and the three distributions. Says what is missing on a bare machine.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or newer is needed: install it, or name it with PYTHON=…" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    else
        echo "Python's venv is missing: run « apt-get install python3-venv » as root, then this again." >&2
        exit 1
    fi
fi
"$python" -m venv .venv
# Hashes and editable installs can't go in one call: the lock first, then our own code without its dependencies.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    -e esea_auth_plugin -e oru_espace_pro_plugin -e host_app
touch .venv/ready
