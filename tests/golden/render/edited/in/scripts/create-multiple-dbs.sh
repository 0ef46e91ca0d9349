#!/bin/sh
# Rendered by `slipway render` from slipway.yaml; `slipway render compose` refreshes it.
# Creates each database of POSTGRES_MULTIPLE_DATABASES (separated by commas) that is not there yet. The
# postgres image runs it on an empty volume; on one with data, run it by hand:
#   docker compose exec postgres /docker-entrypoint-initdb.d/create-multiple-dbs.sh
set -eu

: "${POSTGRES_USER:?}" "${POSTGRES_MULTIPLE_DATABASES:?}"

create_database() {
    psql -v ON_ERROR_STOP=1 -v name="$1" -v owner="$POSTGRES_USER" \
        --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --quiet <<'SQL'
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name')
\gexec
SQL
}

printf '%s\n' "$POSTGRES_MULTIPLE_DATABASES" | tr ',' '\n' | while IFS= read -r name; do
    name=$(printf '%s' "$name" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//')
    [ -z "$name" ] || create_database "$name"
done
