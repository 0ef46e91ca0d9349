#!/bin/sh
# clang-tidy with the root's configuration over all our sources, or the files given:
# tools/lint.sh BUILD_DIR [FILE…]
set -eu
cd "$(dirname "$0")/.."
build=${1:?usage: tools/lint.sh BUILD_DIR [FILE...]}
shift
tidy=$(command -v run-clang-tidy-19) || { echo "clang-tidy-19 is missing: tools/install_packages.sh ci" >&2; exit 3; }

# the generated sources must be there for what includes them
ninja -C "$build" >/dev/null
[ $# -gt 0 ] || set -- "$(pwd)/(lib|chassis|services|slipway)/.*\.c\$"
log=$build/lint.log
if "$tidy" -quiet -p "$build" -j "$(nproc)" -extra-arg=-Wno-unknown-warning-option "$@" >"$log" 2>&1; then
    echo "lint: no findings"
else
    grep -E '(error|warning):' "$log" | sort -u
    echo "lint: findings above, in full in $log" >&2
    exit 1
fi
