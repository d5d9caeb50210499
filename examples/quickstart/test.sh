#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"
body='{"model":"demo","messages":[{"role":"user","content":"Hello"}]}'
stream='{"model":"demo","stream":true,"messages":[{"role":"user","content":"Hello"}]}'

curl -sSf "$GATEWAY/v1/models" | grep -q '"demo"'
curl -sSf "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' -d "$body" | grep -q '"finish_reason"'
curl -sSf "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' -d "$stream" | grep -q '^data: \[DONE\]'
