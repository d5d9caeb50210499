#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

ask() { # TEXT: the reply, head first
  curl -sSi "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' \
    -d "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"$1\"}]}"
}

reply=$(ask 'there is a bug in my java method, please find it')
grep -qi '^x-tidegate-intent: code;score=0\.' <<<"$reply"
grep -qE '"model": ?"coder"' <<<"$reply"
ask 'what is the spanish word for window' | grep -qE '"model": ?"polyglot"'
ask 'who painted the mona lisa' | grep -qE '"model": ?"generalist"'
ask 'here is a stack trace in french' | grep -qi '^x-tidegate-intent: code;by=rule'
