#!/bin/sh
# Rendered by `slipway render` from slipway.yaml; `slipway render kubernetes` refreshes it.
# Prints the Secrets that the manifests refer to, for a cluster on this machine, with the values of .env (the file
# that Compose reads too; .env.example shows its names). A cluster with the External Secrets Operator needs none of it.
#   scripts/local-secrets.sh [.env] | kubectl apply -f -
set -eu

env_file=${1:-.env}
[ -r "$env_file" ] || { echo "$0: $env_file can't be read; cp .env.example .env" >&2; exit 1; }

# The value of a variable, as it stands behind the first "="; the file is read, never run.
value_of() {
    line=$(grep -m 1 "^$1=" "$env_file") || { echo "$0: $env_file has no $1" >&2; exit 1; }
    printf '%s' "${line#*=}"
}

# secret NAME KEY=VARIABLE...
secret() {
    printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: %s\ntype: Opaque\ndata:\n' "$1" shop
    shift
    for pair in "$@"; do
        value=$(value_of "${pair#*=}") || exit 1
        printf '  %s: %s\n' "${pair%%=*}" "$(printf '%s' "$value" | base64 | tr -d '\n')"
    done
}

secret api-service-secrets token=TOKEN

