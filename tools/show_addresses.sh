#!/bin/sh
# What `make up` ends with, below the table of what runs where: three requests to try.
set -eu
slipway=${1:?usage: tools/show_addresses.sh SLIPWAY}
# an isolated checkout has ports of its own
port=$("$slipway" ps product -o json | tr -d ' \n' | sed -n 's/.*"name":"http","host":"[^"]*","port":\([0-9]*\).*/\1/p')
sed "s/localhost:8001/localhost:${port:-8001}/" <<'TEXT'

Try:
  curl -s 'localhost:8001/api/v1/products?per_page=3'
  curl -s 'localhost:8001/api/v1/categories?tree=true'
  curl -s localhost:8001/api/v1/products -H 'Content-Type: application/json' \
       -d '{"name": "Garden chair", "base_price": 4900, "currency": "USD"}'

Logs: bin/slipway logs -f    Why is it waiting: bin/slipway why    Stop: make down
TEXT
