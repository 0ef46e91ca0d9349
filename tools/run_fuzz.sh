#!/bin/sh
# Runs every fuzz target, or the named ones, for SECONDS each, as many at once as there are cores:
# tools/run_fuzz.sh SECONDS [NAME]… New inputs grow in the build folder; a crash is written there too,
# its path printed, exit 1.
set -eu
cd "$(dirname "$0")/.."
export build="${FUZZ_BUILD:-build-fuzz}" seconds="${1:?usage: tools/run_fuzz.sh SECONDS [NAME]...}"
export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1:suppressions=$PWD/tests/fuzz/ubsan.supp"
shift

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

# shellcheck disable=SC2016 # the inner shell expands
printf '%s\n' "$@" | xargs -P "$(nproc)" -I NAME sh -eu -c '
    name=$1
    grown=$build/fuzz-corpus/$name
    log=$build/fuzz-$name.log
    mkdir -p "$grown"
    if "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
        -print_final_stats=1 -verbosity=0 -artifact_prefix="$build/fuzz-crash-$name-" \
        "$grown" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
        echo "fuzz $name: $(sed -n "s/^stat::number_of_executed_units: *//p" "$log") runs in $seconds s"
    else
        tail -n 40 "$log"
        echo "fuzz $name: failed (inputs: $build/fuzz-crash-$name-*)"
        exit 1
    fi
' fuzz NAME || exit 1
