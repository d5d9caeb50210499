"""A gateway whose upstream records the exact bytes of each connection, one request per connection."""

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.upstream import Upstream
from harness.waiting import must
from readers import NodeReader, read_with_h11, read_with_standard_library


class Recorder:
    """Every request comes on a connection of its own (Connection: close), so a connection's bytes are one request's."""

    def __init__(self, port: int, upstream: Upstream, node: NodeReader):
        self.port = port
        self.upstream = upstream
        self.node = node
        self._first = 0

    def begin(self) -> None:
        """A case begins: what was recorded before no longer counts."""
        self._first = len(self.upstream.connections)

    def recorded(self) -> list[bytes]:
        """All bytes of each connection since begin(), in order, once the gateway has closed them."""
        connections = self.upstream.connections[self._first:]
        for connection in connections:
            must(connection.closed, "the gateway closes the upstream connection")
        return [bytes(connection.reader.received) for connection in connections]

    def agreed(self, raw: bytes):
        """The one request that all readers find in `raw`."""
        readings = [read_with_h11(raw), self.node.read(raw), read_with_standard_library(raw)]
        assert [len(reading) for reading in readings] == [1, 1, 1], f"{readings} from {raw!r}"
        assert readings[0] == readings[1] == readings[2], f"readers disagree on {raw!r}"
        return readings[0][0]


def _answer_once(connection, request) -> None:
    body = f"{request.method} {request.target}".encode("latin-1")
    shown = b"" if request.method == "HEAD" else body
    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    connection.send(head + shown)
    connection.sock.shutdown(1)
    connection.wait_for_close()


@pytest.fixture(scope="session")
def node():
    reader = NodeReader()
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def shared_recorder(make_shared_gateway, make_shared_upstream, node):
    upstream, port = make_shared_upstream(), free_port()
    upstream.on_request = _answer_once
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.service("upstream", upstream.port), r.http_route("all", r.rule("upstream")))
    return Recorder(port, upstream, node)


@pytest.fixture
def recorder(shared_recorder):
    shared_recorder.begin()
    yield shared_recorder
    shared_recorder.upstream.check()
