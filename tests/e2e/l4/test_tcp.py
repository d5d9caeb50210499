"""TCPRoute: bytes both ways, half-close, weights, endings."""

import socket
import threading

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import RawClient
from harness.waiting import eventually

LARGE = bytes(range(256)) * 4096 * 8


def _echo_bytes(connection):
    while data := connection.sock.recv(65536):
        connection.send(data)
    connection.sock.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    upstream, port = make_shared_upstream(), free_port()
    make_shared_gateway().start(
        r.gateway(r.listener("tcp", port, "TCP")),
        r.service("tcp", upstream.port),
        r.route("TCPRoute", "tcp", [r.rule("tcp")]),
    )
    return port, upstream


@pytest.fixture
def tcp(shared):
    shared[1].on_accept = _echo_bytes
    return shared


def test_bytes_go_both_ways(tcp):
    with RawClient(tcp[0]) as client:
        for message in (b"\x00binary\xff", b"second"):
            client.send(message)
            assert client.reader.take(len(message)) == message


def test_large_transfer_with_half_close(tcp):
    with RawClient(tcp[0]) as client:
        sender = threading.Thread(target=lambda: (client.send(LARGE), client.sock.shutdown(socket.SHUT_WR)), daemon=True)
        sender.start()
        assert client.reader.take_rest() == LARGE


def test_server_that_speaks_first(tcp):
    def greet(connection):
        connection.send(b"220 ready\r\n")
        connection.wait_for_close()

    tcp[1].on_accept = greet
    with RawClient(tcp[0]) as client:
        assert client.reader.take(11) == b"220 ready\r\n"


def test_client_that_leaves_closes_the_upstream(tcp):
    before = len(tcp[1].connections)
    with RawClient(tcp[0]) as client:
        client.send(b"x")
        client.reader.take(1)
        client.leave()
    connection = tcp[1].wait_for_connection(before + 1)
    eventually(lambda: connection.sock.fileno() == -1 or connection.closed.is_set() or _at_end(connection), "the upstream sees the end")


def _at_end(connection):
    try:
        return connection.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_upstream_that_resets_ends_the_client(tcp):
    def reset_upon_a_byte(connection):
        connection.reader.take(1)
        connection.reset()

    tcp[1].on_accept = reset_upon_a_byte
    with RawClient(tcp[0]) as client:
        client.send(b"x")
        assert client.expect_closed() == b""


def test_dead_backend_closes_the_client(make_gateway):
    port, dead = free_port(), free_port()
    make_gateway().start(r.gateway(r.listener("tcp", port, "TCP")), r.service("dead", dead),
                         r.route("TCPRoute", "dead", [r.rule("dead")]))
    assert _connect_and_read_to_the_end(port) == b""


def _connect_and_read_to_the_end(port):
    """What the gateway sends before it ends the connection; its reset may come before connect() has returned."""
    try:
        with RawClient(port) as client:
            return client.expect_closed()
    except ConnectionResetError:
        return b""


def test_weights_share_connections(make_gateway, make_upstream):
    names, port = {"a": 3, "b": 1, "never": 0}, free_port()
    upstreams = {name: make_upstream(name) for name in names}
    for name, upstream in upstreams.items():
        upstream.on_accept = lambda connection, name=name: connection.send(name[:1].encode())
    make_gateway().start(
        r.gateway(r.listener("tcp", port, "TCP")),
        [s for name in names for s in r.service(name, upstreams[name].port)],
        r.route("TCPRoute", "tcp", [r.rule(*(r.backend_ref(n, weight=w) for n, w in names.items()))]),
    )
    seen = {b"a": 0, b"b": 0}
    for _ in range(200):
        with RawClient(port) as client:
            seen[client.reader.take(1)] += 1
    assert 120 <= seen[b"a"] <= 180  # 150 expected; four standard deviations are 24


def test_only_the_oldest_route_gets_traffic(make_gateway, make_upstream):
    port, old, new = free_port(), make_upstream("old"), make_upstream("new")
    old.on_accept = lambda connection: connection.send(b"o")
    new.on_accept = lambda connection: connection.send(b"n")
    make_gateway().start(
        r.gateway(r.listener("tcp", port, "TCP")), r.service("old", old.port), r.service("new", new.port),
        r.route("TCPRoute", "a-newer", [r.rule("new")], created="2025-02-01T00:00:00Z"),
        r.route("TCPRoute", "z-older", [r.rule("old")], created="2025-01-01T00:00:00Z"),
    )
    for _ in range(10):
        with RawClient(port) as client:
            assert client.reader.take(1) == b"o"
