#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

ask() { # TEXT MORE [CURL ARGUMENTS]: the reply to a chat request
  curl -sS "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' "${@:3}" \
    -d "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\"$1\"}]$2}"
}

ask 'Hello' ',"max_tokens":50' | grep -qE '"completion_tokens": ?8\b'
ask 'Damn it' '' -o /dev/null -w '%{http_code}' | grep -qx 403
