"""An HTTP/1 client that sends exactly the bytes a test gives it."""

import socket
import ssl
import struct
import time

from .waiting import PATIENCE_S
from .wire import Closed, Message, WireReader


def reset(sock: socket.socket) -> None:
    """Closes with RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


class RawClient:
    """One connection to the gateway. Use as a context manager."""

    def __init__(self, port: int, host: str = "127.0.0.1", receive_buffer: int | None = None):
        self.sock = socket.socket()
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect((host, port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = WireReader(self.sock)
        self.left_at: float | None = None

    def start_tls(self, context: ssl.SSLContext, server_name: str | None) -> None:
        self.sock = context.wrap_socket(self.sock, server_hostname=server_name)
        self.reader.sock = self.sock

    def send(self, data: bytes | str) -> None:
        self.sock.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def request(self, method: str = "GET", target: str = "/", host: str = "example.test",
                fields: dict[str, str] | list[tuple[str, str]] | None = None, body: bytes = b"") -> Message:
        """Sends one request (Content-Length framing when there is a body) and reads its final response."""
        self.send(format_request(method, target, host, fields, body))
        return self.response(method)

    def response(self, method: str = "GET") -> Message:
        """Reads the next final response, skipping interim ones."""
        while True:
            message = self.reader.read_response(method)
            if message.status == 101 or message.status >= 200:
                return message

    def expect_closed(self) -> bytes:
        """Waits for the peer's end of the connection (FIN or RST); returns what came before it."""
        while True:
            try:
                self.reader.more()
            except (Closed, ConnectionResetError):
                return self.reader.take(len(self.reader.buffer))

    def leave(self) -> None:
        """Closes the connection and notes when."""
        self.left_at = time.monotonic()
        self.sock.close()

    def leave_with_reset(self) -> None:
        self.left_at = time.monotonic()
        reset(self.sock)

    def __enter__(self) -> "RawClient":
        return self

    def __exit__(self, *_) -> None:
        self.sock.close()


def format_request(method: str, target: str, host: str,
                   fields: dict[str, str] | list[tuple[str, str]] | None = None, body: bytes = b"") -> bytes:
    pairs = list(fields.items()) if isinstance(fields, dict) else list(fields or [])
    names = {name.lower() for name, _ in pairs}
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in pairs]
    if body and not names & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def get(port: int, target: str = "/", host: str = "example.test",
        fields: dict[str, str] | None = None) -> Message:
    """GET on a connection of its own."""
    with RawClient(port) as client:
        return client.request("GET", target, host, fields)


def post(port: int, target: str, body: bytes, host: str = "example.test",
         fields: dict[str, str] | None = None) -> Message:
    """POST on a connection of its own."""
    with RawClient(port) as client:
        return client.request("POST", target, host, fields, body)
