"""The client leaves: the upstream request is cancelled within 50 ms, whatever the phase.

The wait is bounded generously, so that a busy machine does not fail the test; the measured time goes into the report
(the "cancelled after" lines of `pytest -rP`, and the junit property `cancelled_after_ms`).
"""

import os
import pathlib
import socket
import time

import pytest
from harness import resources as r
from harness.h2_client import H2Client
from harness.ports import free_port
from harness.raw_client import RawClient, format_request
from harness.upstream import wait_closed
from harness.waiting import eventually

LEAVING = ["close", "reset"]


def _report(record_property, left_at, closed_at):
    cancelled_after_ms = (closed_at - left_at) * 1000
    record_property("cancelled_after_ms", round(cancelled_after_ms, 3))
    print(f"cancelled after {cancelled_after_ms:.3f} ms")


def _leave(client, how):
    client.leave() if how == "close" else client.leave_with_reset()


def _hold(connection, _):
    connection.wait_for_close()


def _stream_forever(connection, _):
    connection.start_chunked(fields={"Content-Type": "text/event-stream"})
    connection.send_chunk(b"data: first\n\n")
    connection.wait_for_close()


@pytest.mark.parametrize("how", LEAVING)
def test_before_the_first_byte(plain, record_property, how):
    plain.upstream.on_request = _hold
    with RawClient(plain.port) as client:
        client.send(format_request("GET", "/", "example.test"))
        connection = plain.upstream.wait_for_requests(1)[0].connection
        _leave(client, how)
        _report(record_property, client.left_at, wait_closed(connection, "the upstream request is cancelled"))


@pytest.mark.parametrize("how", LEAVING)
def test_mid_stream(plain, record_property, how):
    plain.upstream.on_request = _stream_forever
    with RawClient(plain.port) as client:
        client.send(format_request("GET", "/", "example.test"))
        client.reader.take_until(b"first\n\n")
        connection = plain.upstream.requests[0].connection
        _leave(client, how)
        _report(record_property, client.left_at, wait_closed(connection, "the upstream stream is cancelled"))


@pytest.mark.parametrize("how", LEAVING)
def test_mid_upload(plain, record_property, how):
    def read_some_then_wait(connection, request):
        connection.upstream.record(request)
        connection.reader.take(5)
        connection.wait_for_close()

    plain.upstream.on_head = read_some_then_wait
    with RawClient(plain.port) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nfirst")
        connection = plain.upstream.wait_for_requests(1)[0].connection
        _leave(client, how)
        _report(record_property, client.left_at, wait_closed(connection, "the upload is cancelled"))


def test_h2_stream_mid_stream(plain, record_property):
    plain.upstream.on_request = _stream_forever
    with H2Client(plain.port) as client:
        stream_id = client.start()
        client.read_until(lambda: client.streams[stream_id].body, "the first event")
        connection = plain.upstream.requests[0].connection
        left_at = time.monotonic()
        client.reset(stream_id)
        _report(record_property, left_at, wait_closed(connection, "the upstream stream is cancelled"))


def test_h2_connection_takes_all_its_streams_along(plain):
    plain.upstream.on_request = _hold
    with H2Client(plain.port) as client:
        for n in range(10):
            client.start(path=f"/{n}")
        requests = plain.upstream.wait_for_requests(10)
    for request in requests:
        wait_closed(request.connection, "each of the streams is cancelled")


def test_while_connecting(make_gateway, record_property):
    """A listener whose backlog is full keeps the gateway connecting; its attempt ends when the client leaves."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = _fill_backlog(full.getsockname()[1])
        port = free_port()
        gateway = make_gateway().start(r.gateway(r.listener("http", port)), r.service("full", full.getsockname()[1]),
                                       r.http_route("all", r.rule("full")))
        with RawClient(port) as client:
            client.send(format_request("GET", "/connecting", "example.test"))
            eventually(lambda: _connecting(gateway.process.pid, full.getsockname()[1]), "the gateway is connecting")
            client.leave()
            eventually(lambda: not _connecting(gateway.process.pid, full.getsockname()[1]), "the attempt is given up")
        for filler in fillers:
            filler.close()


def _fill_backlog(port):
    """Connections that nobody accepts, until one stays in SYN_SENT."""
    fillers = []
    for _ in range(8):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", port))
        fillers.append(sock)
    return fillers


SYN_SENT = "02"


def _connecting(pid, port):
    """Whether the process has a socket in SYN_SENT towards the port."""
    wanted = f":{port:04X}"
    inodes = _socket_inodes(pid)
    with open(f"/proc/{pid}/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return any(row[2].endswith(wanted) and row[3] == SYN_SENT and row[9] in inodes for row in rows)


def _socket_inodes(pid):
    inodes = set()
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            link = os.readlink(entry)
        except OSError:
            continue
        if link.startswith("socket:["):
            inodes.add(link[8:-1])
    return inodes


def test_cancel_storm_leaves_the_gateway_well(plain):
    """Clients that come and go at every point, then an ordinary request."""
    plain.upstream.on_request = _stream_forever
    whole = format_request("POST", "/", "example.test", body=b"x" * 100)
    for cut in range(0, len(whole) + 1, 3):
        with RawClient(plain.port) as client:
            client.send(whole[:cut])
            client.leave_with_reset() if cut % 2 else client.leave()
    plain.upstream.forget()
    with RawClient(plain.port) as client:
        assert client.request().status == 200
