#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

for _ in {1..40}; do
  curl -sSf -o /dev/null "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' \
    -d '{"model":"demo","messages":[{"role":"user","content":"Hello"}]}'
done
