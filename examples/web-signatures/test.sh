#!/usr/bin/env bash
# Talks to the running example. GATEWAY: its address. Needs a server on port 9001 that echoes what it received.
set -euo pipefail
: "${GATEWAY:=http://127.0.0.1:8080}"

status() { curl -sS -o /dev/null -w '%{http_code}' "$@"; }

curl -sSf "$GATEWAY/search?q=select+a+union+station" | grep -q '/search'
status "$GATEWAY/search?q=1%27+or+%271%27%3D%271" | grep -qx 403
status "$GATEWAY/page" -d 'html=%3Cscript%3Ex()%3C/script%3E' | grep -qx 200       # may hold HTML
status "$GATEWAY/page" -d 'title=%3Cscript%3Ex()%3C/script%3E' | grep -qx 403
status "$GATEWAY/page" --json '{"title":"../../etc/passwd"}' | grep -qx 403
status "$GATEWAY/page" -d 'q=FREE+coupon' | grep -qx 403                            # a rule of one's own
printf '\x89PNG\r\n\x1a\n' | status "$GATEWAY/upload" -F 'f=@-;filename=a.png;type=image/png' | grep -qx 200
printf '#!/bin/sh\n' | status "$GATEWAY/upload" -F 'f=@-;filename=a.png;type=image/png' | grep -qx 403
