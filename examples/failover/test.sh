#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

ask() { # MORE [CURL ARGUMENTS]: the reply to a chat request, in OpenAI's format whoever answers
  curl -sS "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' "${@:2}" \
    -d "{\"model\":\"assistant\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]$1}"
}

ask '' | grep -q '"finish_reason": \?"stop"'
ask '' -D - -o /dev/null | grep -qi '^x-tidegate-attempts: .*first.*second'
ask ',"stream":true' | grep -q '^data: \[DONE\]'
