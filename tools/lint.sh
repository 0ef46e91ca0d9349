#!/bin/sh
# clang-tidy with the root's configuration over all our sources, or the files given:
# tools/lint.sh BUILD_DIR [FILE…]
set -eu
cd "$(dirname "$0")/.."
build=${1:?usage: tools/lint.sh BUILD_DIR [FILE...]}
shift
tidy=$(command -v run-clang-tidy-19) || { echo "clang-tidy-19 is missing: tools/install_packages.sh ci" >&2; exit 3; }

# The generated sources must be there for what includes them; nothing else is built.
generated=$(ninja -C "$build" -t targets all | sed -n 's/^\(.*\.[ch]\): CUSTOM_COMMAND.*/\1/p')
# shellcheck disable=SC2086 # one word a file
ninja -C "$build" $generated >/dev/null
[ $# -gt 0 ] || set -- "$(pwd)/(lib|chassis|services|slipway)/.*\.c\$"
log=$build/lint.log
# The analyzer gives a function up at so many states; at its own bound of 225,000 the last few functions
# take most of the time.
states='-extra-arg=-Xclang -extra-arg=-analyzer-config -extra-arg=-Xclang -extra-arg=max-nodes=100000'
# shellcheck disable=SC2086 # one word an argument
if "$tidy" -quiet -p "$build" -j "$(nproc)" -extra-arg=-Wno-unknown-warning-option $states "$@" >"$log" 2>&1; then
    echo "lint: no findings"
else
    grep -E '(error|warning):' "$log" | sort -u
    echo "lint: findings above, in full in $log" >&2
    exit 1
fi
