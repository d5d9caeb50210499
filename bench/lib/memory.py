"""Row `memory`: resident memory when idle, with 5,000 routes, and with 10,000 idle connections."""

import contextlib
import socket

from . import processes
from .gateway import Gateway
from .load import run_load
from .machine import BenchError
from .resources import PLAIN_HOST

ROUTES = 5000
CONNECTIONS = 10_000
_BARS_MB = {"idle": 10, "routes_5000": 40, "connections_10000": 40}
_REQUEST = f"GET /v1/models HTTP/1.1\r\nHost: {PLAIN_HOST}\r\n\r\n".encode()


def measure(fleet, binary, upstream_port, peers, note):
    """`peers`: freshly started subjects. Returns JSON rows: one per state for the gateway, and one per peer."""
    rows = []
    with_routes = None
    if binary is not None:
        fresh = Gateway(fleet, binary, upstream_port, name="tidegate-fresh")
        rows += _idle_and_connected(fleet, fresh.subject, note)
        processes.stop(fresh.subject.process)
        with_routes = Gateway(fleet, binary, upstream_port, name="tidegate-routes", extra_routes=ROUTES)
        rows.append(_row("routes_5000", with_routes.subject))
        processes.stop(with_routes.subject.process)
    for peer in peers:
        rows += _idle_and_connected(fleet, peer, note)
    return rows


def _row(state, subject):
    megabytes = processes.resident_kib(subject.pids) / 1024
    bar = _BARS_MB[state] if subject.name.startswith("tidegate") else None
    return {"row": "memory", "state": state, "peer": subject.name, "resident_mb": round(megabytes, 1),
            "bar": bar, "meets_bar": None if bar is None else megabytes <= bar}


def _idle_and_connected(fleet, subject, note):
    # A little traffic first: memory that only a served request touches belongs to "idle" too.
    run_load(fleet, subject, "h1", work="chat", host=PLAIN_HOST, connections=1, requests=100)
    idle = _row("idle", subject)
    count = min(CONNECTIONS, subject.max_connections - 50)
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(_connection_that_was_used(subject.ports["h1"]))
        connected = _row("connections_10000", subject)
    connected["connections"] = count
    connected["bytes_per_connection"] = round(
        (connected["resident_mb"] - idle["resident_mb"]) * 1024 * 1024 / count)
    note(f"memory {subject.name}: {idle['resident_mb']} MB idle, {connected['resident_mb']} MB with connections")
    return [idle, connected]


def _connection_that_was_used(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(_REQUEST)
    if not connection.recv(65536).startswith(b"HTTP/1.1 200"):
        raise BenchError("an idle connection's first request was not answered with 200")
    return connection
