"""A scripted HTTP/1 upstream on raw sockets.

Each accepted connection has a thread that reads request heads and calls `on_head(connection, request)`. Without a
script of its own, a request is read whole, recorded and answered by `on_request(connection, request)`, which echoes it as JSON.
A test replaces either one; scripts send raw bytes, close, reset or wait as they like. An exception in a script
fails the test when the upstream closes. Scripts stop when the peer closes (wire.Closed) or the test ends.
"""

import json
import socket
import ssl
import threading
import time
from typing import Callable

from .raw_client import reset
from .waiting import PATIENCE_S, eventually, must
from .wire import Closed, Message, WireReader


def format_response(status: int, fields: dict[str, str] | None = None, body: bytes = b"", reason: str = "Reason") -> bytes:
    fields = dict(fields or {})
    names = {name.lower() for name in fields}
    if not names & {"content-length", "transfer-encoding"} and status not in (204, 304) and status >= 200:
        fields["Content-Length"] = str(len(body))
    lines = [f"HTTP/1.1 {status} {reason}"] + [f"{name}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


class Connection:
    """One accepted connection, as its script sees it."""

    def __init__(self, upstream: "Upstream", sock: socket.socket, number: int):
        self.upstream = upstream
        self.sock = sock
        self.number = number  # counts from 1 in order of acceptance
        self.reader = WireReader(sock)
        self.closed = threading.Event()
        self.closed_at: float | None = None  # time.monotonic() when the peer's close was seen

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def respond(self, status: int = 200, fields: dict[str, str] | None = None, body: bytes = b"") -> None:
        self.send(format_response(status, fields, body))

    def start_chunked(self, status: int = 200, fields: dict[str, str] | None = None) -> None:
        self.send(format_response(status, {**(fields or {}), "Transfer-Encoding": "chunked"}))

    def send_chunk(self, data: bytes) -> None:
        self.send(chunk(data))

    def end_chunks(self) -> None:
        self.send(b"0\r\n\r\n")

    def read_body(self, request: Message) -> None:
        self.reader.read_request_body(request)

    def wait_for_close(self) -> None:
        """Reads until the peer closes or resets; bytes that still come are kept in reader.received."""
        try:
            while True:
                self.reader.more()
        except (Closed, OSError) as end:
            if not isinstance(end, Closed) and isinstance(end, TimeoutError):
                raise
            self._note_close()

    def _note_close(self) -> None:
        if not self.closed.is_set():
            self.closed_at = time.monotonic()
            self.closed.set()

    def close(self) -> None:
        self.sock.close()

    def reset(self) -> None:
        reset(self.sock)


class Upstream:
    """Listens on a free loopback port until close(); `host` may be another address of 127.0.0.0/8."""

    def __init__(self, name: str = "upstream", tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"):
        self.name = name
        self.tls = tls
        self.on_head: Callable[[Connection, Message], None] = self._read_record_answer
        self.on_request: Callable[[Connection, Message], None] = self._echo
        self.on_accept: Callable[[Connection], None] | None = None
        self.requests: list[Message] = []
        self.connections: list[Connection] = []
        self.tls_failures: list[str] = []
        self._problems: list[BaseException] = []
        self._stopping = False
        self._listener = socket.create_server((host, 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept_all, daemon=True).start()

    # What tests ask.

    def wait_for_requests(self, count: int) -> list[Message]:
        eventually(lambda: len(self.requests) >= count, f"{count} requests at {self.name}")
        return self.requests

    def wait_for_connection(self, number: int) -> Connection:
        """The number-th accepted connection, counting from 1."""
        eventually(lambda: len(self.connections) >= number, f"connection {number} at {self.name}")
        return self.connections[number - 1]

    def record(self, request: Message) -> None:
        self.requests.append(request)

    def forget(self) -> None:
        """Back to echoing, with nothing recorded; open connections stay."""
        self.on_head, self.on_request, self.on_accept = self._read_record_answer, self._echo, None
        self.requests = []
        self._problems = []

    def close(self) -> None:
        self._stopping = True
        self._listener.close()
        for connection in self.connections:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.sock.close()

    def check(self) -> None:
        """Raises the first exception that a script ended with."""
        if self._problems:
            raise self._problems[0]

    # What a connection's thread does.

    def _accept_all(self) -> None:
        while not self._stopping:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(3 * PATIENCE_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls:
            try:
                sock = self.tls.wrap_socket(sock, server_side=True)
            except (ssl.SSLError, OSError) as error:
                self.tls_failures.append(str(error))
                return
        connection = Connection(self, sock, len(self.connections) + 1)
        self.connections.append(connection)
        try:
            if self.on_accept:
                self.on_accept(connection)
            while True:
                head = connection.reader.read_head()
                head.connection = connection
                self.on_head(connection, head)  # looked up only now: the test may have replaced it meanwhile
        except (Closed, OSError):
            connection._note_close()
        except BaseException as problem:  # noqa: BLE001 - reported by check()
            self._problems.append(problem)
        finally:
            sock.close()

    def _read_record_answer(self, connection: Connection, request: Message) -> None:
        connection.read_body(request)
        self.record(request)
        self.on_request(connection, request)

    def _echo(self, connection: Connection, request: Message) -> None:
        seen = {
            "upstream": self.name,
            "connection": connection.number,
            "method": request.method,
            "target": request.target,
            "fields": request.fields,
            "body": request.body.decode("latin-1"),
            "trailers": request.trailers,
        }
        body = json.dumps(seen).encode()
        if request.method == "HEAD":
            connection.send(format_response(200, {"Content-Type": "application/json", "Content-Length": str(len(body))}))
        else:
            connection.respond(200, {"Content-Type": "application/json"}, body)


class Echoed:
    """What an echoing upstream says it received."""

    def __init__(self, response: Message):
        seen = json.loads(response.body)
        self.upstream: str = seen["upstream"]
        self.connection: int = seen["connection"]
        self.method: str = seen["method"]
        self.target: str = seen["target"]
        self.fields: list[tuple[str, str]] = [tuple(pair) for pair in seen["fields"]]
        self.body: bytes = seen["body"].encode("latin-1")
        self.trailers = [tuple(pair) for pair in seen["trailers"]]

    def get(self, name: str) -> str | None:
        values = self.get_all(name)
        return ", ".join(values) if values else None

    def get_all(self, name: str) -> list[str]:
        return [v for n, v in self.fields if n.lower() == name.lower()]


def wait_closed(connection: Connection, what: str) -> float:
    """Waits until the connection's script saw its peer's close; returns the monotonic time of that."""
    must(connection.closed, what)
    return connection.closed_at
