"""An HTTP/2 client that advances one step at a time: sends what a test says, then reads until something holds."""

import socket
import ssl
from dataclasses import dataclass, field
from typing import Callable

import h2.config
import h2.connection
import h2.events
import h2.settings

from .waiting import PATIENCE_S

FRAME_HEAD = 9  # bytes in front of each frame's payload
GOAWAY = 7  # frame type


@dataclass
class Stream:
    """What has come in on one stream."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    trailers: list[tuple[str, str]] = field(default_factory=list)
    ended: bool = False
    reset_code: int | None = None

    @property
    def status(self) -> int:
        return int(dict(self.headers)[":status"])

    def get(self, name: str) -> str | None:
        return dict(self.headers).get(name)

    @property
    def over(self) -> bool:
        return self.ended or self.reset_code is not None


class H2Client:
    """One connection: h2c by prior knowledge, or TLS with ALPN h2 when a context is given."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None, server_name: str = "example.test",
                 validate: bool = True, window: int | None = None):
        self.sock = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.scheme = "https" if tls else "http"
        if tls:
            tls.set_alpn_protocols(["h2"])
            self.sock = tls.wrap_socket(self.sock, server_hostname=server_name)
            assert self.sock.selected_alpn_protocol() == "h2", "the server did not choose h2"
        config = h2.config.H2Configuration(
            client_side=True, header_encoding="utf-8", validate_outbound_headers=validate,
            normalize_outbound_headers=validate, validate_inbound_headers=True)
        self.h2 = h2.connection.H2Connection(config)
        self.streams: dict[int, Stream] = {}
        self.goaway: int | None = None  # last stream id that the peer will serve
        self.goaway_code: int | None = None
        self.closed = False
        self._unread = b""
        self.auto_window = window is None
        self.h2.initiate_connection()
        if window is not None:
            self.h2.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.flush()

    def flush(self) -> None:
        self.sock.sendall(self.h2.data_to_send())

    # Sending.

    def start(self, method: str = "GET", path: str = "/", authority: str = "example.test",
              fields: dict[str, str] | list[tuple[str, str]] | None = None, end: bool = True) -> int:
        """Sends a request head; returns the stream id."""
        pseudo = [(":method", method), (":scheme", self.scheme), (":authority", authority), (":path", path)]
        more = list(fields.items()) if isinstance(fields, dict) else list(fields or [])
        return self.start_with(pseudo + more, end)

    def start_with(self, headers: list[tuple[str, str]], end: bool = True) -> int:
        """Sends exactly these header fields, pseudo-header fields included."""
        stream_id = self.h2.get_next_available_stream_id()
        self.streams[stream_id] = Stream()
        self.h2.send_headers(stream_id, headers, end_stream=end)
        self.flush()
        return stream_id

    def send_data(self, stream_id: int, data: bytes, end: bool = False) -> None:
        """Sends all of `data`, reading window updates as needed."""
        while data:
            room = min(self.h2.local_flow_control_window(stream_id), self.h2.max_outbound_frame_size, len(data))
            if room == 0:
                self.read_some()
                continue
            self.h2.send_data(stream_id, data[:room])
            data = data[room:]
            self.flush()
        if end:
            self.h2.end_stream(stream_id)
            self.flush()

    def send_trailers(self, stream_id: int, trailers: list[tuple[str, str]]) -> None:
        self.h2.send_headers(stream_id, trailers, end_stream=True)
        self.flush()

    def reset(self, stream_id: int, code: int = 8) -> None:
        self.h2.reset_stream(stream_id, code)
        self.flush()

    def grant(self, stream_id: int, count: int) -> None:
        """Opens the stream's and the connection's window by hand (clients made with `window`)."""
        self.h2.increment_flow_control_window(count, stream_id)
        self.h2.increment_flow_control_window(count)
        self.flush()

    # Receiving.

    def read_some(self) -> None:
        data = self.sock.recv(65536)
        if not data:
            self.closed = True
            return
        self._unread += data
        while frame := self._next_frame():
            state = self.h2.state_machine.state
            for event in self.h2.receive_data(frame):
                self._on_event(event)
            if frame[3] == GOAWAY and self.goaway_code == 0:
                self.h2.state_machine.state = state  # the library gives up here; running streams go on
        self.flush()

    def _next_frame(self) -> bytes:
        """The next whole frame off what has come in, or nothing."""
        size = FRAME_HEAD + int.from_bytes(self._unread[:3], "big")
        if len(self._unread) < max(size, FRAME_HEAD):
            return b""
        frame, self._unread = self._unread[:size], self._unread[size:]
        return frame

    def read_until(self, condition: Callable[[], bool], what: str = "the wanted frames") -> None:
        while not condition():
            assert not self.closed, f"the connection closed before {what}"
            try:
                self.read_some()
            except TimeoutError:
                raise AssertionError(f"nothing came for {PATIENCE_S} s while waiting for {what}") from None

    def finish(self, stream_id: int) -> Stream:
        """Reads until the stream ended or was reset."""
        stream = self.streams[stream_id]
        self.read_until(lambda: stream.over, f"stream {stream_id} is over")
        return stream

    def request(self, method: str = "GET", path: str = "/", authority: str = "example.test",
                fields: dict[str, str] | None = None, body: bytes = b"") -> Stream:
        stream_id = self.start(method, path, authority, fields, end=not body)
        if body:
            self.send_data(stream_id, body, end=True)
        return self.finish(stream_id)

    def _on_event(self, event) -> None:
        stream = self.streams.get(getattr(event, "stream_id", None) or 0)
        if isinstance(event, h2.events.ConnectionTerminated):
            self.goaway, self.goaway_code = event.last_stream_id, event.error_code
        if stream is None:
            return
        if isinstance(event, h2.events.ResponseReceived):
            stream.headers = list(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            stream.body += event.data
            if self.auto_window:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.TrailersReceived):
            stream.trailers = list(event.headers)
        elif isinstance(event, h2.events.StreamEnded):
            stream.ended = True
        elif isinstance(event, h2.events.StreamReset):
            stream.reset_code = int(event.error_code)

    def __enter__(self) -> "H2Client":
        return self

    def __exit__(self, *_) -> None:
        self.sock.close()
