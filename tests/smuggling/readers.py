"""Three readers of the bytes that an upstream received, from strict to lenient: h11, Node's http, Python's http.server.

Each returns the requests it finds as (method, target, host, body, field names), and fails on anything left over.
"""

import http.server
import io
import json
import pathlib
import re
import socket
import subprocess

import h11
from harness.wire import WireReader

Request = tuple[str, str, str, bytes, tuple[str, ...]]


def _request(method: str, target: str, fields: list[tuple[str, str]], body: bytes) -> Request:
    lowered = [(name.lower(), value.strip()) for name, value in fields]
    host = ", ".join(value for name, value in lowered if name == "host")
    return method, target, host, body, tuple(sorted({name for name, _ in lowered}))


def read_with_h11(raw: bytes) -> list[Request]:
    found = []
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(raw)
    connection.receive_data(b"")
    body = b""
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Request):
            head, body = event, b""
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            fields = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in head.headers]
            found.append(_request(head.method.decode(), head.target.decode("latin-1"), fields, body))
            break
        else:
            raise AssertionError(f"h11 found no complete request: {event}")
    rest = connection.trailing_data[0]
    assert rest == b"", f"h11 has bytes left over: {rest!r}"
    return found


class _StandardLibrary(http.server.BaseHTTPRequestHandler):
    """Python's own lenient request parser, without a socket."""

    def __init__(self, raw: bytes):  # pylint: disable=super-init-not-called
        self.rfile, self.wfile = io.BytesIO(raw), io.BytesIO()
        self.client_address = ("", 0)

    def log_message(self, *_) -> None:
        pass


def read_with_standard_library(raw: bytes) -> list[Request]:
    found = []
    handler = _StandardLibrary(raw)
    while line := handler.rfile.readline(65537):
        handler.raw_requestline = line
        assert handler.parse_request(), f"http.server refuses: {handler.wfile.getvalue()[:200]!r}"
        body = _standard_body(handler)
        found.append(_request(handler.command, handler.path, handler.headers.items(), body))
    return found


def _standard_body(handler: _StandardLibrary) -> bytes:
    """Content-Length wins over chunked here, the other way round from most: a disagreement would show."""
    length = handler.headers.get("Content-Length")
    if length is not None:
        return handler.rfile.read(int(length))
    if "chunked" not in (handler.headers.get("Transfer-Encoding") or "").lower():
        return b""
    body = b""
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    while handler.rfile.readline() not in (b"\r\n", b"\n", b""):
        pass
    return body


def is_complete(raw: bytes) -> bool:
    """Whether the most lenient way to read `raw` finds the end of a request in it."""
    head, end, body = raw.partition(b"\r\n\r\n")
    if not end:
        return False
    if b"chunked" in head.lower():
        return re.search(rb"(^|\n)0+\r\n([^\r\n]+\r\n)*\r\n$", body) is not None
    length = re.search(rb"content-length:\s*(\d+)", head.lower())
    return length is None or len(body) >= int(length.group(1))


class NodeReader:
    """A Node server in its most lenient mode; answers each request with what it read."""

    def __init__(self):
        script = pathlib.Path(__file__).with_name("node_reader.js")
        self._process = subprocess.Popen(["node", str(script)], stdout=subprocess.PIPE, text=True)
        self._port = int(self._process.stdout.readline())

    def read(self, raw: bytes) -> list[Request]:
        found = []
        with socket.create_connection(("127.0.0.1", self._port), 10) as sock:
            sock.sendall(raw)
            sock.shutdown(socket.SHUT_WR)
            reader = WireReader(sock)
            answers = reader.take_rest()
        for line in answers.decode().splitlines():
            if line.startswith("request "):
                seen = json.loads(line[8:])
                fields = list(zip(seen["fields"][::2], seen["fields"][1::2]))
                found.append(_request(seen["method"], seen["target"], fields, seen["body"].encode("latin-1")))
            elif line.startswith("refused"):
                raise AssertionError(f"Node refuses: {line}")
        return found

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()
