#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address. Needs a server on port 9001 that echoes what it received.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

seen=$(curl -sSf "$GATEWAY/v1/chat/completions" -H 'Authorization: Bearer of-the-caller' -H 'Content-Type: application/json' \
  -d '{"model":"any","messages":[]}')
grep -q 'Bearer put-the-key-of-your-provider-here' <<<"$seen"
if grep -q 'of-the-caller' <<<"$seen"; then exit 1; fi
