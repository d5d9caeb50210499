#!/usr/bin/env bash
# Makes a self-signed certificate for localhost: DIRECTORY/localhost.crt and the Secret in DIRECTORY/secret.yaml.
# Usage: prepare.sh [DIRECTORY]   (default: the folder of this script)
set -euo pipefail
directory=${1:-$(dirname "$0")}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout "$directory/localhost.key" -out "$directory/localhost.crt" 2>/dev/null
cat >"$directory/secret.yaml" <<YAML
apiVersion: v1
kind: Secret
metadata:
  name: localhost
  namespace: default
type: kubernetes.io/tls
data:
  tls.crt: $(base64 -w0 "$directory/localhost.crt")
  tls.key: $(base64 -w0 "$directory/localhost.key")
YAML
rm "$directory/localhost.key"
