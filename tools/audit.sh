#!/bin/sh
# Asks the vulnerability database of PyPI about every package of the lock, by pip-audit in an environment of its own.
#
# pip-audit is no requirement of the project: its dependencies would stand in the lock beside those of the portal.
# Exit status: 0 nothing known, 1 a vulnerability is known, 75 (EX_TEMPFAIL of sysexits.h) the database was not reached:
# a job that looks at the status alone must not take an audit that did not take place for a clean one.
set -eu

uv=$1
said=$(mktemp)
trap 'rm -f "$said"' EXIT

status=0
"$uv" tool run --quiet --from "pip-audit>=2.9,<3" pip-audit --requirement requirements.txt --require-hashes --disable-pip \
    --strict --progress-spinner off --timeout 20 >"$said" 2>&1 </dev/null || status=$?

# --strict: without it pip-audit counts a package that the database does not answer for as one without vulnerability.
# pip-audit ends with 1 for both: what it prints tells a finding from a database that does not answer.
if [ "$status" = 0 ] || grep -q "^Found [0-9]* known vulnerabilit" "$said"; then
    cat "$said"
    exit "$status"
fi
echo "audit: not done, since pip-audit or its vulnerability database can't be reached from here ($(tail -n 1 "$said"))" >&2
exit 75
