"""Row `reload`: with 5,000 routes and traffic running, the time from writing a file to the first changed reply."""

import json
import os
import random
import socket
import subprocess
import time

from . import load, processes
from .gateway import Gateway
from .machine import BenchError
from .resources import AI_HOST, PLAIN_HOST, plain_route

ROUTES = 5000
BAR_MS = 10
_TRAFFIC_PER_SECOND = 1000
_TRAFFIC_LIMIT_MS = 300_000
_EFFECT_LIMIT_SECONDS = 30


class Prober:
    """Asks for the marked route over one connection, as fast as replies come."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = f"GET /v1/models HTTP/1.1\r\nHost: {PLAIN_HOST}\r\n\r\n".encode()

    def mark(self):
        """The value of x-gateway-upstream in a fresh reply."""
        self._socket.sendall(self._request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, body = data.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields[b"content-length"]):
            body += self._receive()
        if not head.startswith(b"HTTP/1.1 200"):
            raise BenchError(f"a reload broke a reply: {head[:100]!r}")
        return fields.get(b"x-gateway-upstream", b"").decode()

    def _receive(self):
        data = self._socket.recv(65536)
        if not data:
            raise BenchError("a reload closed a connection")
        return data


def measure(fleet, binary, upstream_port, changes, note):
    """Returns one JSON row. Any failed request during any reload is an error."""
    gateway = Gateway(fleet, binary, upstream_port, name="tidegate-reload", extra_routes=ROUTES)
    traffic = subprocess.Popen(
        load.command_line(gateway.subject, "h1", work="chat", host=AI_HOST, connections=16,
                          rate=_TRAFFIC_PER_SECOND, duration_ms=_TRAFFIC_LIMIT_MS),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        times_ms = _change_repeatedly(fleet, gateway, changes)
    finally:
        traffic.terminate()  # ends its window and makes it print its result
        output, errors = traffic.communicate(timeout=30)
    if traffic.returncode != 0:
        raise BenchError(f"traffic failed during reloads: {output}{errors}")
    answered = json.loads(output)["responses"]
    processes.stop(gateway.subject.process)
    times_ms.sort()
    p99 = times_ms[min(len(times_ms) - 1, int(len(times_ms) * 0.99))]
    note(f"reload: p99 {p99:.1f} ms over {changes} changes")
    return [{"row": "reload", "peer": None, "routes": ROUTES, "changes": changes,
             "p50_ms": round(times_ms[len(times_ms) // 2], 2), "p99_ms": round(p99, 2),
             "max_ms": round(times_ms[-1], 2), "requests": answered, "failed_requests": 0,
             "bar": BAR_MS, "meets_bar": p99 <= BAR_MS}]


def _change_repeatedly(fleet, gateway, changes):
    prober = Prober(gateway.subject.ports["h1"])
    pause = random.Random(20240601)
    times_ms = []
    for change in range(changes):
        mark = f"change-{change}"
        draft = fleet.folder / "plain.yaml.draft"
        draft.write_text(plain_route("plain", PLAIN_HOST, mark))
        time.sleep(pause.uniform(0.002, 0.015))
        started = time.monotonic()
        os.replace(draft, gateway.config / "plain.yaml")
        while prober.mark() != mark:
            if time.monotonic() - started > _EFFECT_LIMIT_SECONDS:
                raise BenchError("a changed file had no effect")
        times_ms.append((time.monotonic() - started) * 1000)
    return times_ms
