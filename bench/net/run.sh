#!/bin/sh
# CPU of a trivial request: HTTP/1.1 by wrk, HTTP/2 by h2load. usage: run.sh BUILD_DIR [SECONDS]
set -eu
build=$1
seconds=${2:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

measure() { # name, command with PORT
    mkfifo "$work/in"
    "$build/bench/net/bench_http_server" <"$work/in" >"$work/out" &
    exec 3>"$work/in"
    while [ ! -s "$work/out" ]; do sleep 0.05; done
    port=$(head -n 1 "$work/out")
    eval "$(printf '%s' "$2" | sed "s/PORT/$port/")" >"$work/load" 2>&1
    exec 3>&-
    wait $!
    printf '%-28s %s\n' "$1" "$(tail -n 1 "$work/out")"
    rm "$work/in"
}

measure "HTTP/1.1, 64 connections" "wrk -t2 -c64 -d${seconds}s http://127.0.0.1:PORT/"
if command -v h2load >/dev/null; then
    measure "HTTP/2, 4 × 16 streams" "h2load -t1 -c4 -m16 -n 1000000 http://127.0.0.1:PORT/"
fi
