#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

ask() { # MODEL [CURL ARGUMENTS]: the reply to a chat request
  curl -sS "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' "${@:2}" \
    -d "{\"model\":\"$1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"
}

ask small | grep -qE '"completion_tokens": ?4\b'
ask large | grep -qE '"completion_tokens": ?64\b'
ask latest | grep -qE '"completion_tokens": ?64\b'
ask small -H 'X-Gateway-Model-Name: large' | grep -qE '"completion_tokens": ?4\b' # a spoofed header is ignored
ask nothing -o /dev/null -w '%{http_code}' | grep -qx 404
for model in small large latest; do curl -sSf "$GATEWAY/v1/models" | grep -q "\"$model\""; done
