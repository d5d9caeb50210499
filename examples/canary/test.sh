#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address. Needs servers on ports 9001 and 9002 that say their name.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

curl -sSf "$GATEWAY/" -H 'X-Canary: true' | grep -q canary
counted=$(for _ in {1..200}; do echo "url = $GATEWAY/"; echo 'output = "-"'; done | curl -sSf -K - | grep -o '"upstream": "canary"' | wc -l)
[ "$counted" -ge 2 ] # 20 expected of 200
[ "$counted" -le 60 ]
