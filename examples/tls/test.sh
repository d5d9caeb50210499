#!/usr/bin/env bash
# Talks to the running example. GATEWAY, GATEWAY_TLS: its addresses; DIRECTORY: where prepare.sh put the certificate.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}" "${GATEWAY_TLS:=https://localhost:8443}" "${DIRECTORY:=$(dirname "$0")}"
tls=(--cacert "$DIRECTORY/localhost.crt")

curl -sSf "${tls[@]}" "$GATEWAY_TLS/hello" | grep -q '"/hello"'
curl -sSf "${tls[@]}" --http1.1 "$GATEWAY_TLS/" -o /dev/null -w '%{http_version}' | grep -qx 1.1
curl -sSf "${tls[@]}" --http2 "$GATEWAY_TLS/" -o /dev/null -w '%{http_version}' | grep -qx 2
if curl -sS "$GATEWAY_TLS/" 2>/dev/null; then exit 1; fi # not trusted without --cacert
curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' "$GATEWAY/a" | grep -qx "301 https://127.0.0.1:${GATEWAY_TLS##*:}/a"
