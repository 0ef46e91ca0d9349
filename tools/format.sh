#!/bin/sh
# Formats every C file with the root's .clang-format; with --check only says which differ (exit 1).
set -eu
cd "$(dirname "$0")/.."
format=$(command -v clang-format-19 || true)
if [ -z "$format" ]; then
    [ "${1:-}" = --check ] || { echo "clang-format-19 is missing: tools/install_packages.sh test" >&2; exit 3; }
    echo "1..0 # SKIP clang-format-19 is not installed"
    exit 0
fi
list() {
    find . \( -name .git -o -name 'build*' -type d -o -name node_modules \) -prune -o -name '*.[ch]' -print0 | sort -z
}
if [ "${1:-}" = --check ]; then
    echo "1..1"
    if list | xargs -0 -r -n 40 -P 2 "$format" --dry-run -Werror; then
        echo "ok 1 - every C file is formatted"
    else
        echo "not ok 1 - run: ninja -C build fmt"
        exit 1
    fi
else
    list | xargs -0 -r -n 40 -P 2 "$format" -i
fi
