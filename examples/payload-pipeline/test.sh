#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

ask() { # MODEL MORE [CURL ARGUMENTS]: the reply to a chat request
  curl -sS "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' "${@:3}" \
    -d "{\"model\":\"$1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]$2}"
}

ask assistant '' | grep -qE '"completion_tokens": ?8\b'                      # by its other name, and bounded
ask small ',"max_tokens":5' | grep -qE '"completion_tokens": ?5\b'           # a lower bound of the caller stays
tool='{"type":"function","function":{"name":"shell","parameters":{"type":"object"}}}'
ask small ",\"tools\":[$tool]" | grep -q tool_not_allowed
ask small ",\"tools\":[$tool]" -o /dev/null -w '%{http_code}' | grep -qx 403
