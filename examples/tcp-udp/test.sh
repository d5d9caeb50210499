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
# One read for the datagram: the shell's own takes a byte at a time and so loses the rest.
line=$(timeout 10 dd bs=64 count=1 status=none <&4)
[ "$line" = "hello udp" ]
