"""Messages of the AWS event stream, as Bedrock's streams are framed (AWS SDKs, "Event stream specification")."""

import base64
import json
import struct
import zlib
from typing import Any

FRAMES = {"Content-Type": "application/vnd.amazon.eventstream"}


def frame(event: str, payload: dict[str, Any]) -> bytes:
    fields = {":message-type": "event", ":event-type": event, ":content-type": "application/json"}
    headers = b"".join(bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
                       for name, value in fields.items())
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + body
    return message + struct.pack(">I", zlib.crc32(message))


def chunk(event: dict[str, Any]) -> bytes:
    """An event of a model's own API, as InvokeModelWithResponseStream frames it."""
    return frame("chunk", {"bytes": base64.b64encode(json.dumps(event).encode()).decode(), "p": "abc"})


def chunks(stream: bytes) -> list[Any]:
    """The events within."""
    return [json.loads(base64.b64decode(payload["bytes"])) for kind, payload in frames(stream) if kind == "chunk"]


def frames(stream: bytes) -> list[tuple[str, Any]]:
    """Event type and payload of each message; every checksum must be right."""
    events = []
    while stream:
        total, size = struct.unpack(">II", stream[:8])
        assert struct.unpack(">I", stream[8:12])[0] == zlib.crc32(stream[:8])
        assert struct.unpack(">I", stream[total - 4:total])[0] == zlib.crc32(stream[:total - 4])
        headers, names = stream[12:12 + size], {}
        while headers:
            end = 1 + headers[0]
            length = struct.unpack(">H", headers[end + 1:end + 3])[0]
            names[headers[1:end].decode()] = headers[end + 3:end + 3 + length].decode()
            headers = headers[end + 3 + length:]
        events.append((names.get(":event-type", ""), json.loads(stream[12 + size:total - 4])))
        stream = stream[total:]
    return events
