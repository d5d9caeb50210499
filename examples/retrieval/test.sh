#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

ask() { # TEXT: the reply, head first
  curl -sSi "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' \
    -d "{\"model\":\"assistant\",\"messages\":[{\"role\":\"user\",\"content\":\"$1\"}]}"
}

# By a word that no model knows, and by what is meant.
ask 'what does E-4711 mean?' | grep -qi '^x-sources: "office.md";index=1;title="Office"'
ask 'how long is maternity absence for a newborn baby?' | grep -qi '^x-sources: "leave.md";index=1;title="Leave / Parents"'
