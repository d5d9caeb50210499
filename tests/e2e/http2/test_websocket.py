"""WebSocket over HTTP/2 (RFC 8441) on either side, and what becomes of it where the other side speaks HTTP/1."""

import base64
import hashlib
import threading

import pytest
from harness import resources as r
from harness.h2_client import H2Client
from harness.h2_upstream import H2Upstream
from harness.ports import free_port
from harness.upstream import wait_closed
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect
from websockets.sync.server import serve


def _text(message):
    return Frame(Opcode.TEXT, message.encode()).serialize(mask=True)


def _start(client, path="/chat", protocol="websocket", fields=()):
    return client.start_with([(":method", "CONNECT"), (":protocol", protocol), (":scheme", "http"), (":path", path),
                              (":authority", "ws.test"), ("sec-websocket-version", "13"), *fields], end=False)


def _open(client, *arguments, **options):
    """An open tunnel: its stream id."""
    stream_id = _start(client, *arguments, **options)
    stream = client.streams[stream_id]
    client.read_until(lambda: stream.headers or stream.over, "the answer to CONNECT")
    assert stream.status == 200
    return stream_id


@pytest.fixture(scope="module")
def over_http1(make_shared_gateway):
    """A gateway in front of a WebSocket server that speaks HTTP/1, echoes, and notes the paths it was asked for."""
    paths = []

    def echo(socket):
        paths.append(socket.request.path)
        for message in socket:
            socket.send(message)

    port = free_port()
    with serve(echo, "127.0.0.1", 0, compression=None) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        make_shared_gateway().start(
            r.gateway(r.listener("http", port)),
            r.service("ws", server.socket.getsockname()[1], app_protocol="kubernetes.io/ws"),
            r.http_route("ws", r.rule("ws", path="/chat"), r.rule("ws", path="/retried", retry={"attempts": 1, "codes": [503]})))
        yield port, paths
        server.shutdown()


def test_settings_offer_extended_connect(over_http1):
    with H2Client(over_http1[0]) as client:
        client.read_until(lambda: client.h2.remote_settings.enable_connect_protocol == 1, "the server's settings")


@pytest.mark.parametrize("path", ["/chat/room?x=1", "/retried"])
def test_http2_client_talks_to_an_http1_server(over_http1, path):
    port, paths = over_http1
    with H2Client(port) as client:
        stream_id = _open(client, path)
        stream = client.streams[stream_id]
        assert (stream.get("sec-websocket-accept"), stream.get("upgrade"), stream.get("connection")) == (None, None, None)
        for message in ("hello", "x" * 5000):
            before = len(stream.body)
            client.send_data(stream_id, _text(message))
            expected = Frame(Opcode.TEXT, message.encode()).serialize(mask=False)
            client.read_until(lambda: len(stream.body) >= before + len(expected), "the echo")
            assert stream.body[before:] == expected
    assert paths[-1] == path


def test_tunnels_share_a_connection_with_each_other(over_http1):
    with H2Client(over_http1[0]) as client:
        ids = [_open(client) for _ in range(5)]
        for number, stream_id in enumerate(ids):
            client.send_data(stream_id, _text(f"message {number}"))
        for number, stream_id in enumerate(ids):
            stream = client.streams[stream_id]
            client.read_until(lambda: f"message {number}".encode() in stream.body, "its own echo")
            assert stream.body.count(b"message") == 1


def test_close_handshake_ends_the_stream_cleanly(over_http1):
    with H2Client(over_http1[0]) as client:
        stream_id = _open(client)
        client.send_data(stream_id, Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True))
        stream = client.finish(stream_id)
        assert stream.ended and stream.body == Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=False)


@pytest.fixture(scope="module")
def to_script(make_shared_gateway, make_shared_upstream):
    upstream, port = make_shared_upstream(), free_port()
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)),
        r.service("ws", upstream.port, app_protocol="kubernetes.io/ws"), r.http_route("ws", r.rule("ws")))
    return port, upstream


@pytest.fixture
def scripted(to_script):
    to_script[1].forget()
    yield to_script
    to_script[1].check()


def test_server_gets_the_handshake_of_http1(scripted):
    port, upstream = scripted
    with H2Client(port) as client:
        stream = client.finish(_start(client, fields=[("sec-websocket-protocol", "chat"), ("origin", "http://ws.test")]))
    assert stream.status == 502  # it echoed with 200 and did not switch: that would tell the client its tunnel is open
    request = upstream.requests[0]
    assert (request.method, request.target, request.get("upgrade"), request.get("host")) == ("GET", "/chat", "websocket", "ws.test")
    assert "upgrade" in request.get("connection").lower() and len(request.get("sec-websocket-key")) == 24
    assert (request.get("sec-websocket-protocol"), request.get("sec-websocket-version")) == ("chat", "13")
    assert request.get("transfer-encoding") is None and request.get("content-length") is None


@pytest.mark.parametrize("accept", [None, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
def test_server_that_does_not_know_the_key_is_not_trusted(scripted, accept):
    port, upstream = scripted

    def switch(connection, _):
        more = f"Sec-WebSocket-Accept: {accept}\r\n" if accept else ""
        connection.send(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{more}\r\n".encode())
        connection.wait_for_close()

    upstream.on_request = switch
    with H2Client(port) as client:
        assert client.finish(_start(client)).status == 502
    wait_closed(upstream.connections[-1], "the connection is given up")


def test_refusal_of_the_server_passes(scripted):
    port, upstream = scripted
    upstream.on_request = lambda connection, _: connection.respond(403, {"X-Why": "no"}, b"refused")
    with H2Client(port) as client:
        stream = client.finish(_start(client))
        assert (stream.status, stream.get("x-why"), stream.body) == (403, "no", b"refused")


def _switch_properly(connection, request):
    """Opens the tunnel as RFC 6455 says and waits for its end."""
    key = request.get("sec-websocket-key").encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key).digest()).decode()
    connection.send(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode() + b"welcome")
    connection.wait_for_close()


def test_reset_of_the_stream_ends_the_servers_connection(scripted):
    port, upstream = scripted
    upstream.on_request = _switch_properly
    with H2Client(port) as client:
        stream_id = _open(client)
        client.read_until(lambda: client.streams[stream_id].body == b"welcome", "bytes behind the 101")
        client.reset(stream_id)
        wait_closed(upstream.requests[-1].connection, "the server's side of the tunnel closes")


def test_server_that_breaks_off_resets_the_stream(scripted):
    port, upstream = scripted

    def switch_and_reset(connection, request):
        connection.wait_for_close = connection.reset
        _switch_properly(connection, request)

    upstream.on_request = switch_and_reset
    with H2Client(port) as client:
        stream_id = _start(client)
        stream = client.finish(stream_id)
        assert stream.reset_code is not None and not stream.ended


@pytest.fixture
def h2_backend(make_gateway):
    """A gateway in front of an HTTP/2 upstream that takes extended CONNECT and echoes what comes through the tunnel."""
    upstream, port = H2Upstream(allows_connect_protocol=True), free_port()
    upstream.on_head = lambda connection, request: request.get(":protocol") and connection.start_response(request)
    upstream.on_data = lambda connection, request, data: request.get(":protocol") and connection.send_data(request, data)
    upstream.on_request = lambda connection, request: connection.end(request)
    make_gateway().start(r.gateway(r.listener("http", port)), r.service("ws", upstream.port, app_protocol="kubernetes.io/h2c"),
                         r.http_route("ws", r.rule("ws")))
    yield port, upstream
    upstream.close()
    upstream.check()


def test_tunnel_over_http2_on_both_sides(h2_backend):
    port, upstream = h2_backend
    with H2Client(port) as client:
        stream_id = _open(client)
        client.send_data(stream_id, b"through both")
        client.read_until(lambda: client.streams[stream_id].body == b"through both", "the echo")
        client.send_data(stream_id, b"", end=True)
        assert client.finish(stream_id).ended
    request = upstream.requests[0]
    assert (request.get(":method"), request.get(":protocol"), request.get(":path")) == ("CONNECT", "websocket", "/chat")
    assert request.get("sec-websocket-key") is None


def test_http1_client_talks_to_an_http2_server(h2_backend):
    """The library checks the Sec-WebSocket-Accept that the gateway makes."""
    port, upstream = h2_backend
    answers = [Frame(Opcode.TEXT, b"from HTTP/2"), Frame(Opcode.CLOSE, b"\x03\xe8")]
    upstream.on_data = lambda connection, request, _: answers and connection.send_data(request, answers.pop(0).serialize(mask=False))
    with connect(f"ws://127.0.0.1:{port}/chat", compression=None) as socket:
        socket.send("from HTTP/1")
        assert socket.recv(timeout=10) == "from HTTP/2"


def test_http2_server_without_extended_connect_is_a_502(make_gateway):
    upstream, port = H2Upstream(), free_port()
    make_gateway().start(r.gateway(r.listener("http", port)), r.service("ws", upstream.port, app_protocol="kubernetes.io/h2c"),
                         r.http_route("ws", r.rule("ws")))
    with H2Client(port) as client:
        assert client.finish(_start(client)).status == 502
        assert client.request(path="/plain").status == 200
    upstream.close()
    assert upstream.requests[0].get(":path") == "/plain"
