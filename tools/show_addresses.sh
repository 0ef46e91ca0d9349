#!/bin/sh
# What `make up` ends with: what runs where, and three requests to try.
set -eu
slipway=${1:-bin/slipway}
"$slipway" ps
cat <<'TEXT'

Try:
  curl -s 'localhost:8001/api/v1/products?per_page=3'
  curl -s 'localhost:8001/api/v1/categories?tree=true'
  curl -s localhost:8001/api/v1/products -H 'Content-Type: application/json' \
       -d '{"name": "Garden chair", "base_price": 4900, "currency": "USD"}'

Logs: bin/slipway logs -f    Why is it waiting: bin/slipway why    Stop: make down
TEXT
