#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

ask() { # CURL ARGUMENTS: the reply to a chat request
  curl -sS "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' "$@" \
    -d '{"model":"small","max_tokens":5000,"messages":[{"role":"user","content":"Hello"}]}'
}

ask -H 'X-Tenant: blue' | grep -q '"completion_tokens"'
ask -H 'X-Tenant: blue' -D - -o /dev/null | grep -qi '^x-processed: yes'
ask -o /dev/null -w '%{http_code}' | grep -qx 403
ask | grep -qx 'say your tenant'
