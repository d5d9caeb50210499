"""A scripted HTTP/2 upstream: h2c by prior knowledge, or over TLS with ALPN h2.

Requests are recorded when complete and handed to `on_request(connection, request)`, which by default echoes them
as JSON, like upstream.Upstream does. `on_head` is called when the head arrives, before the body, and `on_data` with each
part of it.
"""

import contextlib
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Callable

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

from .waiting import PATIENCE_S, eventually


@dataclass
class H2Request:
    stream_id: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    trailers: list[tuple[str, str]] = field(default_factory=list)
    reset: threading.Event = field(default_factory=threading.Event)
    reset_at: float | None = None

    def get(self, name: str) -> str | None:
        return dict(self.headers).get(name)


class H2Connection:
    """One accepted connection; its methods may be called from the test's thread too."""

    def __init__(self, upstream: "H2Upstream", sock):
        self.upstream = upstream
        self.sock = sock
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        self.h2 = h2.connection.H2Connection(config)
        if upstream.allows_connect_protocol:
            self.h2.local_settings[h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL] = 1
            self.h2.local_settings.acknowledge()
        self.lock = threading.Lock()
        self.open: dict[int, H2Request] = {}

    def flush(self) -> None:
        self.sock.sendall(self.h2.data_to_send())

    def respond(self, request: H2Request, status: int = 200, fields: dict[str, str] | None = None,
                body: bytes = b"", trailers: list[tuple[str, str]] | None = None) -> None:
        self.start_response(request, status, fields)
        if body:
            self.send_data(request, body)
        self.end(request, trailers)

    def start_response(self, request: H2Request, status: int = 200, fields: dict[str, str] | None = None) -> None:
        with self.lock:
            self.h2.send_headers(request.stream_id, [(":status", str(status)), *(fields or {}).items()])
            self.flush()

    def send_data(self, request: H2Request, data: bytes) -> None:
        """Sends data that fits the peer's window; larger bodies are not what this upstream is for."""
        with self.lock:
            frame = self.h2.max_outbound_frame_size
            for start in range(0, len(data), frame):
                self.h2.send_data(request.stream_id, data[start:start + frame])
            self.flush()

    def end(self, request: H2Request, trailers: list[tuple[str, str]] | None = None) -> None:
        with self.lock:
            if trailers:
                self.h2.send_headers(request.stream_id, trailers, end_stream=True)
            else:
                self.h2.end_stream(request.stream_id)
            self.flush()

    def reset(self, request: H2Request, code: int = 2) -> None:
        with self.lock:
            self.h2.reset_stream(request.stream_id, code)
            self.flush()

    def goaway(self) -> None:
        with self.lock:
            self.h2.close_connection()
            self.flush()

    def run(self) -> None:
        with self.lock:
            self.h2.initiate_connection()
            self.flush()
        while data := self.sock.recv(65536):
            with self.lock:
                events = self.h2.receive_data(data)
            for event in events:
                with contextlib.suppress(h2.exceptions.StreamClosedError):  # the peer reset it while the script answered
                    self._on_event(event)
            with self.lock:
                self.flush()

    def _on_event(self, event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            self.open[event.stream_id] = H2Request(event.stream_id, list(event.headers))
            self.upstream.on_head(self, self.open[event.stream_id])
            return
        request = self.open.get(getattr(event, "stream_id", None) or 0)
        if request is None:
            return
        if isinstance(event, h2.events.DataReceived):
            request.body += event.data
            self.upstream.on_data(self, request, event.data)
            with self.lock:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.TrailersReceived):
            request.trailers = list(event.headers)
        elif isinstance(event, h2.events.StreamReset):
            request.reset_at = time.monotonic()
            request.reset.set()
        elif isinstance(event, h2.events.StreamEnded):
            self.upstream.requests.append(request)
            self.upstream.on_request(self, request)


class H2Upstream:
    """Listens on a free loopback port until close()."""

    def __init__(self, name: str = "h2", tls: ssl.SSLContext | None = None, allows_connect_protocol: bool = False):
        self.name = name
        self.allows_connect_protocol = allows_connect_protocol  # extended CONNECT, RFC 8441
        self.tls = tls
        self.on_head: Callable[[H2Connection, H2Request], None] = lambda connection, request: None
        self.on_data: Callable[[H2Connection, H2Request, bytes], None] = lambda connection, request, data: None
        self.on_request: Callable[[H2Connection, H2Request], None] = self._echo
        self.requests: list[H2Request] = []
        self.connections: list[H2Connection] = []
        self.tls_failures: list[str] = []
        self._problems: list[BaseException] = []
        self._stopping = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept_all, daemon=True).start()

    def wait_for_requests(self, count: int) -> list[H2Request]:
        eventually(lambda: len(self.requests) >= count, f"{count} requests at {self.name}")
        return self.requests

    def forget(self) -> None:
        self.on_head, self.on_request = lambda connection, request: None, self._echo
        self.on_data = lambda connection, request, data: None
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

    def check(self) -> None:
        if self._problems:
            raise self._problems[0]

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
        try:
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
        except OSError as error:
            self.tls_failures.append(str(error))
            return
        connection = H2Connection(self, sock)
        self.connections.append(connection)
        try:
            connection.run()
        except OSError:
            pass
        except BaseException as problem:  # noqa: BLE001 - reported by check()
            self._problems.append(problem)
        finally:
            sock.close()

    def _echo(self, connection: H2Connection, request: H2Request) -> None:
        seen = {
            "upstream": self.name, "connection": 0, "method": request.get(":method"), "target": request.get(":path"),
            "fields": request.headers, "body": request.body.decode("latin-1"), "trailers": request.trailers,
        }
        connection.respond(request, 200, {"content-type": "application/json"}, json.dumps(seen).encode())
