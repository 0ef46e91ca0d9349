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
    printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: %s\ntype: Opaque\ndata:\n' "$1" ecommerce
    shift
    for pair in "$@"; do
        value=$(value_of "${pair#*=}") || exit 1
        printf '  %s: %s\n' "${pair%%=*}" "$(printf '%s' "$value" | base64 | tr -d '\n')"
    done
}

secret postgres-secrets postgres_password=POSTGRES_PASSWORD

secret minio-secrets minio_access_key=MINIO_ACCESS_KEY minio_secret_key=MINIO_SECRET_KEY

secret gateway-service-secrets jwt_secret=JWT_SECRET service_jwt_secret=SERVICE_JWT_SECRET

secret product-service-secrets jwt_secret=JWT_SECRET service_jwt_secret=SERVICE_JWT_SECRET postgres_password=POSTGRES_PASSWORD

secret cart-service-secrets jwt_secret=JWT_SECRET service_jwt_secret=SERVICE_JWT_SECRET

secret order-service-secrets jwt_secret=JWT_SECRET service_jwt_secret=SERVICE_JWT_SECRET postgres_password=POSTGRES_PASSWORD

secret checkout-service-secrets jwt_secret=JWT_SECRET service_jwt_secret=SERVICE_JWT_SECRET postgres_password=POSTGRES_PASSWORD

secret payment-service-secrets jwt_secret=JWT_SECRET service_jwt_secret=SERVICE_JWT_SECRET postgres_password=POSTGRES_PASSWORD

secret user-service-secrets jwt_secret=JWT_SECRET service_jwt_secret=SERVICE_JWT_SECRET postgres_password=POSTGRES_PASSWORD

secret inventory-service-secrets jwt_secret=JWT_SECRET service_jwt_secret=SERVICE_JWT_SECRET postgres_password=POSTGRES_PASSWORD

secret campaign-service-secrets jwt_secret=JWT_SECRET service_jwt_secret=SERVICE_JWT_SECRET postgres_password=POSTGRES_PASSWORD

secret notification-service-secrets jwt_secret=JWT_SECRET service_jwt_secret=SERVICE_JWT_SECRET postgres_password=POSTGRES_PASSWORD

secret search-service-secrets jwt_secret=JWT_SECRET service_jwt_secret=SERVICE_JWT_SECRET postgres_password=POSTGRES_PASSWORD

secret media-service-secrets jwt_secret=JWT_SECRET service_jwt_secret=SERVICE_JWT_SECRET minio_secret_key=MINIO_SECRET_KEY postgres_password=POSTGRES_PASSWORD minio_access_key=MINIO_ACCESS_KEY

