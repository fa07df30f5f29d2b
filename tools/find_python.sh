#!/bin/sh
# Prints the path of a Python of this version (3.12): on the PATH, or among those that pyenv keeps. Fails if there is none.
set -eu

for python in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python; do
    found=$(command -v "$python") || continue
    # A shim of pyenv is there for every version and runs none of those that are not chosen.
    [ "$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$1" ] || continue
    echo "$found"
    exit 0
done
exit 1
