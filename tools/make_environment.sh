#!/bin/sh
# Makes the virtual environment, and says what is missing in words when it can't.
set -eu

venv=$1
python=${PYTHON:-python3}

command -v "$python" >/dev/null || { echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "$python is older than 3.11: name a newer one, e.g. make PYTHON=python3.12" >&2
    exit 1
}
[ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1 && exit 0

# Debian ships venv without ensurepip until python3-venv is there; a half-made folder would be taken for a whole one.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -y -qq python3-venv
    else
        echo "the module venv is missing: run « sudo apt-get install python3-venv », then this again" >&2
        exit 1
    fi
fi
rm -rf "$venv"
"$python" -m venv "$venv"
