#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

ask() { # MODEL MEMBERS: the reply to a chat request
  curl -sS "$GATEWAY/v1/chat/completions" -H 'Content-Type: application/json' -d "{\"model\":\"$1\",$2}"
}

# A prompt by its name, and what it lacks.
ask small '"prompt":{"id":"summary","variables":{"text":"A long story."}}' | grep -q '"completion_tokens"'
ask small '"prompt":{"id":"summary"}' | grep -q '"missing_variable"'

# The simulator writes words, which are no such object; asked for one, it writes that.
ask json '"messages":[{"role":"user","content":"Hello"}]' | grep -q '"invalid_output"'
schema='{"type":"object","properties":{"summary":{"type":"string"}},"required":["summary"]}'
format="\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":$schema}}"
ask json "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],$format" | grep -q '"completion_tokens"'
