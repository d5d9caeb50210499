"""Reads HTTP/1 messages off a socket. Keeps the exact bytes; interprets framing and nothing else."""

import socket
from dataclasses import dataclass, field
from typing import Any


class Closed(Exception):
    """The peer closed (or reset) where more was due. `partial` holds what had come."""

    def __init__(self, partial: bytes, was_reset: bool = False):
        super().__init__(f"closed after {partial[-200:]!r}")
        self.partial = partial
        self.was_reset = was_reset


@dataclass
class Message:
    """One request or response: start line, fields as (name, value) in order, decoded body, raw bytes."""

    start_line: str
    fields: list[tuple[str, str]]
    head: bytes
    body: bytes = b""
    raw_body: bytes = b""
    trailers: list[tuple[str, str]] = field(default_factory=list)
    connection: Any = None  # at an upstream: the connection that it came on

    def get(self, name: str) -> str | None:
        """The value of a field without regard to case; repeated fields joined with ", "; None when absent."""
        values = self.get_all(name)
        return ", ".join(values) if values else None

    def get_all(self, name: str) -> list[str]:
        return [v for n, v in self.fields if n.lower() == name.lower()]

    @property
    def method(self) -> str:
        return self.start_line.split(" ")[0]

    @property
    def target(self) -> str:
        return self.start_line.split(" ")[1]

    @property
    def status(self) -> int:
        return int(self.start_line.split(" ")[1])


def parse_head(head: bytes) -> Message:
    lines = head.decode("latin-1").split("\r\n")
    fields = []
    for line in lines[1:]:
        if line:
            name, _, value = line.partition(":")
            fields.append((name, value.strip(" \t")))
    return Message(lines[0], fields, head)


class WireReader:
    """Buffered reading of one connection. Every method raises Closed when the peer ends the stream early."""

    def __init__(self, sock: socket.socket):
        self.sock = sock
        self.buffer = bytearray()
        self.received = bytearray()  # everything that ever came in

    def more(self) -> None:
        try:
            data = self.sock.recv(65536)
        except ConnectionResetError as error:
            raise Closed(bytes(self.buffer), was_reset=True) from error
        if not data:
            raise Closed(bytes(self.buffer))
        self.buffer += data
        self.received += data

    def take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self.more()
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    def take_until(self, mark: bytes) -> bytes:
        """Bytes up to and including `mark`."""
        while mark not in self.buffer:
            self.more()
        end = self.buffer.index(mark) + len(mark)
        return self.take(end)

    def take_rest(self) -> bytes:
        """Everything until an orderly end."""
        while True:
            try:
                self.more()
            except Closed as closed:
                if closed.was_reset:
                    raise
                return self.take(len(self.buffer))

    def read_head(self) -> Message:
        return parse_head(self.take_until(b"\r\n\r\n"))

    def read_chunk(self) -> tuple[bytes, bytes]:
        """(data, raw bytes) of the next chunk of a chunked body; data is empty for the last one, whose trailers stay unread."""
        line = self.take_until(b"\r\n")
        size = int(line.split(b";")[0].strip(), 16)
        if size == 0:
            return b"", line
        data = self.take(size + 2)
        assert data.endswith(b"\r\n"), f"chunk does not end where its size says: {data[-20:]!r}"
        return data[:-2], line + data

    def read_chunked(self, message: Message) -> None:
        """Reads a chunked body and its trailers into `message`."""
        while True:
            data, raw = self.read_chunk()
            message.raw_body += raw
            message.body += data
            if not data:
                break
        while True:
            line = self.take_until(b"\r\n")
            message.raw_body += line
            if line == b"\r\n":
                return
            name, _, value = line.decode("latin-1").rstrip("\r\n").partition(":")
            message.trailers.append((name, value.strip()))

    def read_request(self) -> Message:
        """One whole request, framed by Transfer-Encoding or Content-Length."""
        message = self.read_head()
        self.read_request_body(message)
        return message

    def read_request_body(self, message: Message) -> None:
        if "chunked" in (message.get("transfer-encoding") or "").lower():
            self.read_chunked(message)
        elif message.get("content-length"):
            message.body = message.raw_body = self.take(int(message.get("content-length")))

    def read_response(self, request_method: str = "GET") -> Message:
        """The next response; interim ones (1xx except 101) are returned too, without a body."""
        message = self.read_head()
        self.read_response_body(message, request_method)
        return message

    def read_response_body(self, message: Message, request_method: str = "GET") -> None:
        status = message.status
        if request_method == "HEAD" or status in (204, 304) or 100 <= status < 200:
            return
        if "chunked" in (message.get("transfer-encoding") or "").lower():
            self.read_chunked(message)
        elif message.get("content-length") is not None:
            message.body = message.raw_body = self.take(int(message.get("content-length")))
        else:
            message.body = message.raw_body = self.take_rest()
