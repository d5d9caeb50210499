#!/usr/bin/env bash
# Names the documents where they are. FOLDER: this example's, or a copy of it.
set -euo pipefail
sed -i "s|path: /etc/tidegate/documents|path: $1/documents|" "$1/gateway.yaml"
