#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address. Needs a server on port 9001 that echoes what it received.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

seen=$(curl -sSf "$GATEWAY/api/users?page=2" -H 'X-Debug: yes')
grep -q '"/v2/users?page=2"' <<<"$seen"
grep -q 'payments' <<<"$seen"
if grep -qi 'x-debug' <<<"$seen"; then exit 1; fi
curl -sSf -D - -o /dev/null "$GATEWAY/api/" | grep -qi '^x-served-by: tidegate'
curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' "$GATEWAY/old/users" | grep -qx "301 $GATEWAY/api/users"
curl -sSf -D - -o /dev/null -X OPTIONS "$GATEWAY/api/" -H 'Origin: https://app.example.com' \
  -H 'Access-Control-Request-Method: POST' | grep -qi '^access-control-allow-origin: https://app.example.com'
