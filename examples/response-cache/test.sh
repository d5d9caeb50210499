#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

ask() { # TEAM USER MORE [CURL ARGUMENTS]: the head and the reply of a chat request
  curl -sSi "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' -H "x-team: $1" "${@:4}" \
    -d "{\"model\":\"small\",\"user\":\"$2\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]$3}"
}

ask sea ann '' | grep -qi '^x-tidegate-cache: miss'
ask sea bob '' | grep -qi '^x-tidegate-cache: hit'
ask sea bob ',"stream":true' | tr -d '\r' | grep -q '^data: \[DONE\]'          # played as a stream
ask land eve '' | grep -qi '^x-tidegate-cache: miss'                            # another team
ask sea ann '' -H 'Cache-Control: no-store' | grep -qi '^x-tidegate-cache: bypass'
