#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

ask() { # QUESTION: the head and the reply of a chat request
  curl -sSi "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' \
    -d "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\"$1\"}]}"
}

ask 'What is the tide at Dover?' | grep -qi '^x-tidegate-cache: miss'
ask 'What is the tide at Dover?' | grep -qi '^x-tidegate-cache: hit'
ask "what's the tide at dover, please" | grep -qi '^x-tidegate-cache-match: wording'
ask 'What is the tide at Deal?' | grep -qi '^x-tidegate-cache: miss'
