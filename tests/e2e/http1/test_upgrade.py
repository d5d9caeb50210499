"""Upgrade and WebSocket, the latter with the real `websockets` package on both ends."""

import threading

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import RawClient, get
from harness.upstream import wait_closed
from websockets.sync.client import connect
from websockets.sync.server import serve


@pytest.fixture(scope="module")
def websocket_port(make_shared_gateway):
    """A gateway in front of a WebSocket server that echoes."""
    def echo(socket):
        for message in socket:
            socket.send(message)

    port = free_port()
    with serve(echo, "127.0.0.1", 0, compression=None) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        make_shared_gateway().start(
            r.gateway(r.listener("http", port)),
            r.service("ws", server.socket.getsockname()[1], app_protocol="kubernetes.io/ws"),
            r.http_route("ws", r.rule("ws")),
        )
        yield port
        server.shutdown()


def test_websocket_echoes_text_and_binary(websocket_port):
    with connect(f"ws://127.0.0.1:{websocket_port}/chat", compression=None) as socket:
        for message in ["hello", b"\x00\x01\xff", "x" * 100_000]:
            socket.send(message)
            assert socket.recv(timeout=10) == message


def test_many_websockets_at_once_do_not_mix(websocket_port):
    sockets = [connect(f"ws://127.0.0.1:{websocket_port}/{n}", compression=None) for n in range(20)]
    for n, socket in enumerate(sockets):
        socket.send(f"message {n}")
    assert [socket.recv(timeout=10) for socket in sockets] == [f"message {n}" for n in range(20)]
    for socket in sockets:
        socket.close()


def _switch(connection, request):
    connection.upstream.record(request)
    connection.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nwelcome")
    while True:
        connection.send(connection.sock.recv(65536) or connection.reader.take(1))


UPGRADE = {"Connection": "Upgrade", "Upgrade": "echo"}


def test_any_upgraded_protocol_is_a_tunnel(plain):
    plain.upstream.on_head = _switch
    with RawClient(plain.port) as client:
        response = client.request("GET", "/", fields=UPGRADE)
        assert (response.status, response.get("upgrade")) == (101, "echo")
        assert client.reader.take(7) == b"welcome"
        client.send(b"\x00raw bytes")
        assert client.reader.take(10) == b"\x00raw bytes"
    assert plain.upstream.requests[0].get("upgrade") == "echo"


def test_tunnel_ends_upstream_when_the_client_leaves(plain):
    plain.upstream.on_head = _switch
    with RawClient(plain.port) as client:
        client.request("GET", "/", fields=UPGRADE)
        client.reader.take(7)
        client.leave()
    wait_closed(plain.upstream.requests[0].connection, "the upstream's side of the tunnel closes")


def test_tunnel_ends_downstream_when_the_upstream_leaves(plain):
    def switch_and_leave(connection, _):
        connection.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nbye")
        connection.close()

    plain.upstream.on_head = switch_and_leave
    with RawClient(plain.port) as client:
        assert client.request("GET", "/", fields=UPGRADE).status == 101
        assert client.expect_closed() == b"bye"


def test_declined_upgrade_is_an_ordinary_answer(plain):
    with RawClient(plain.port) as client:
        assert client.request("GET", "/", fields=UPGRADE).status == 200
        assert client.request("GET", "/next").status == 200


def test_h2c_upgrade_offer_is_not_forwarded(plain):
    """`Upgrade: h2c` would let a client speak HTTP/2 past the gateway's checks."""
    fields = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"}
    response = get(plain.port, fields=fields)
    assert response.status == 200
    request = plain.upstream.requests[0]
    assert (request.get("upgrade"), request.get("http2-settings")) == (None, None)
