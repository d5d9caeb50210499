#!/usr/bin/env bash
# Talks to the running example. TCP_PORT, UDP_PORT: its listeners on 127.0.0.1. Needs servers that echo.
set -euo pipefail
: "${TCP_PORT:=8432}" "${UDP_PORT:=8053}"

exec 3<>"/dev/tcp/127.0.0.1/$TCP_PORT"
echo "hello tcp" >&3
read -r -t 10 line <&3
[ "$line" = "hello tcp" ]

exec 4<>"/dev/udp/127.0.0.1/$UDP_PORT"
echo "hello udp" >&4
read -r -t 10 line <&4
[ "$line" = "hello udp" ]
