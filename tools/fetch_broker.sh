#!/bin/sh
# Fills slipway's cache with the Kafka broker's files, by starting a broker once as `slipway up` does, so
# that the tests against a real broker run. Nothing to do where they are there already. Without the
# registry the tests are skipped by name: that is no error here.
set -eu
slipway=$1
catalog=$(dirname "$0")/../tests/integration/support/broker
for cache in /var/cache/slipway "${XDG_CACHE_HOME:-$HOME/.cache}/slipway"; do
    for libs in "$cache"/kafka-*/libs; do
        [ -d "$libs" ] && exit 0
    done
done
"$slipway" -C "$catalog" up -d --wait --timeout 10m || echo "fetch_broker: no broker; its tests will be skipped" >&2
"$slipway" -C "$catalog" down --volumes -y || true
