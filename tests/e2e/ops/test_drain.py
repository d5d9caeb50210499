"""Graceful drain: on SIGTERM running exchanges finish, new connections are refused, the process ends with 0."""

import signal
import subprocess
import threading

import pytest
from harness import resources as r
from harness.h2_client import H2Client
from harness.ports import free_port
from harness.raw_client import RawClient, format_request
from harness.waiting import eventually, must


@pytest.fixture
def serving(make_gateway, make_upstream):
    upstream, port = make_upstream(), free_port()
    gateway = make_gateway().start(r.gateway(r.listener("http", port)), r.service("upstream", upstream.port),
                                   r.http_route("all", r.rule("upstream")))
    return gateway, port, upstream


def _refuses(port):
    try:
        RawClient(port).sock.close()
        return False
    except ConnectionError:
        return True


def test_idle_gateway_ends_at_once_with_zero(serving):
    gateway, port, _ = serving
    with RawClient(port) as idle:
        idle.request()
        gateway.terminate()
        assert gateway.wait_exit() == 0
        assert idle.expect_closed() == b""


def test_stream_finishes_and_new_connections_are_refused(serving):
    gateway, port, upstream = serving
    go_on = threading.Event()

    def stream(connection, _):
        connection.start_chunked(fields={"Content-Type": "text/event-stream"})
        connection.send_chunk(b"data: before\n\n")
        must(go_on, "the gateway refuses new connections")
        connection.send_chunk(b"data: after\n\n")
        connection.end_chunks()

    upstream.on_request = stream
    with RawClient(port) as client:
        client.send(format_request("GET", "/", "example.test"))
        head = client.reader.read_head()
        first, _ = client.reader.read_chunk()
        gateway.terminate()
        eventually(lambda: _refuses(port), "new connections are refused")
        assert gateway.process.poll() is None, "the gateway waits for the stream"
        go_on.set()
        client.reader.read_response_body(head)
        assert (first, head.body) == (b"data: before\n\n", b"data: after\n\n")
    assert gateway.wait_exit() == 0


def test_readyz_says_draining(serving):
    gateway, port, upstream = serving
    upstream.on_request = lambda connection, _: connection.wait_for_close()
    with RawClient(port) as client:
        client.send(format_request("GET", "/", "example.test"))
        upstream.wait_for_requests(1)
        gateway.terminate()
        eventually(lambda: gateway.admin("/readyz").status == 503, "/readyz turns 503")
        assert gateway.admin("/healthz").status == 200
    assert gateway.wait_exit() == 0


def test_h2_clients_get_goaway_and_their_streams_finish(serving):
    gateway, port, upstream = serving
    go_on = threading.Event()

    def hold(connection, _):
        must(go_on, "the client has GOAWAY")
        connection.respond(200, {}, b"done")

    upstream.on_request = hold
    with H2Client(port) as client:
        stream_id = client.start()
        upstream.wait_for_requests(1)
        gateway.terminate()
        client.read_until(lambda: client.goaway is not None, "GOAWAY")
        assert client.goaway_code == 0
        go_on.set()
        assert client.finish(stream_id).body == b"done"
    assert gateway.wait_exit() == 0


def test_keep_alive_answer_during_drain_says_close(serving):
    gateway, port, upstream = serving
    go_on = threading.Event()

    def hold(connection, _):
        must(go_on, "the gateway drains")
        connection.respond(200, {}, b"done")

    upstream.on_request = hold
    with RawClient(port) as client:
        client.send(format_request("GET", "/", "example.test"))
        upstream.wait_for_requests(1)
        gateway.terminate()
        eventually(lambda: _refuses(port), "new connections are refused")
        go_on.set()
        response = client.response()
        assert (response.body, response.get("connection")) == (b"done", "close")
        client.expect_closed()
    assert gateway.wait_exit() == 0


def test_second_signal_ends_at_once(serving):
    gateway, port, upstream = serving
    upstream.on_request = lambda connection, _: connection.wait_for_close()
    with RawClient(port) as client:
        client.send(format_request("GET", "/", "example.test"))
        upstream.wait_for_requests(1)
        gateway.terminate()
        eventually(lambda: _refuses(port), "the gateway drains")
        gateway.terminate()
        try:
            assert gateway.wait_exit() == -signal.SIGTERM
        except subprocess.TimeoutExpired:
            raise AssertionError("a second SIGTERM does not cut the drain short") from None


def test_drain_writes_every_access_log_line(serving):
    gateway, port, _ = serving
    with RawClient(port) as client:
        for n in range(100):
            client.request("GET", f"/{n}")
    gateway.terminate()
    assert gateway.wait_exit() == 0
    assert len(gateway.log()) == 100
