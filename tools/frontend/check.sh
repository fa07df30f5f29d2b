#!/bin/sh
# Lints style sheets and scripts, and checks the types of the scripts' modules. Usage: sh tools/frontend/check.sh [--fix]
# Where npm or node is missing it says what was not checked; in CI that is an error.
set -eu
cd "$(dirname "$0")/../.."
home=.local/frontend

unchecked() { # unchecked REASON
    echo "style sheets and scripts were not checked: $1" >&2
    [ -z "${CI:-}" ]
    exit
}
command -v node >/dev/null && [ -x "$home/node_modules/.bin/eslint" ] || unchecked "npm is missing"
node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
process.exit(major > 18 || (major === 18 && minor >= 18) ? 0 : 1)' ||
    unchecked "node $(node --version) is older than 18.18"

# A configuration finds its plugins from the folder in which it lies.
cp tools/frontend/*.mjs "$home/"
status=0
"$home/node_modules/.bin/stylelint" --config "$home/stylelint.config.mjs" --max-warnings 0 "$@" "*/src/**/*.css" || status=1
"$home/node_modules/.bin/eslint" --config "$home/eslint.config.mjs" --max-warnings 0 "$@" \
    "*/src/**/*.js" "tests/**/*.mjs" "tools/**/*.mjs" || status=1
"$home/node_modules/.bin/tsc" --project tools/frontend/tsconfig.json || status=1
exit "$status"
