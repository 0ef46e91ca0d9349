#!/bin/sh
# Runs every fuzz target, or the named ones, for SECONDS each: tools/run_fuzz.sh SECONDS [NAME]…
# New inputs grow in the build folder; a crash is written there too, its path printed, exit 1.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:?usage: tools/run_fuzz.sh SECONDS [NAME]...}
shift
build=${FUZZ_BUILD:-build-fuzz}

if [ ! -f "$build/build.ninja" ]; then
    CC=clang-19 meson setup "$build" -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false \
        -Dbuildtype=debugoptimized >/dev/null
fi
[ $# -gt 0 ] || set -- $(cd tests/fuzz && for source in *.c; do
    [ "$source" = replay.c ] || echo "${source%.c}"
done)
targets=$(for name in "$@"; do echo "tests/fuzz/fuzz_$name"; done)
# shellcheck disable=SC2086 # one word a target
ninja -C "$build" $targets

failed=
for name in "$@"; do
    grown=$build/fuzz-corpus/$name
    mkdir -p "$grown"
    echo "fuzz $name: $seconds s"
    log=$build/fuzz-$name.log
    if ! "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
        -print_final_stats=0 -verbosity=0 -artifact_prefix="$build/fuzz-crash-$name-" \
        "$grown" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
        tail -n 40 "$log"
        failed="$failed $name"
    fi
done
[ -z "$failed" ] || { echo "fuzz failed:$failed (inputs: $build/fuzz-crash-*)" >&2; exit 1; }
