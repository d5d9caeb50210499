"""Every row of the benchmark table: what is sent, how it is counted, and the bar that it must meet."""

import dataclasses

from . import resources


@dataclasses.dataclass(frozen=True)
class Row:
    """Work that the gateway and its peers do in turn. `bars`: peer -> highest allowed CPU ratio."""

    name: str
    what: str
    work: str = "chat"
    service: str = "h1"
    host: str = resources.AI_HOST
    unit: str = "response"  # or "token": CPU per streamed token
    connections: int = 64
    streams: int = 1  # per HTTP/2 connection
    io: str = "epoll"
    bars: dict = dataclasses.field(default_factory=dict)

    def load_options(self):
        options = {"work": self.work, "host": self.host, "connections": self.connections}
        if self.streams > 1:
            options["streams"] = self.streams
        if self.unit == "token":
            # 64 tokens at 50 per second last 1.28 s: streams start spread over that time, and are replaced as they end.
            options |= {"event_rate": 50, "events": 64, "ramp_ms": 1280}
        return options

    def one_connection_options(self):
        return {"work": self.work, "host": self.host, "connections": 1}


VERSUS = [
    Row("ai_chat", "700-byte chat request; AI path, usage, access log and metrics on",
        bars={"nginx": 0.82, "haproxy": 0.88, "envoy": 0.4}),
    Row("ai_chat_uring", "the same on the io_uring backend", io="uring", bars={"nginx": 0.75}),
    Row("plain", "the same request through a plain HTTPRoute", host=resources.PLAIN_HOST, bars={"nginx": 0.8}),
    Row("sse", "500 streams of 50 tokens per second, AI path", work="paced", service="stream", unit="token",
        connections=500, bars={"nginx": 0.8, "haproxy": 0.85}),
    Row("sse_burst", "64 tokens in one write, AI path", work="burst", service="stream", bars={"nginx": 0.5}),
    Row("tls", "ai_chat over TLS 1.3, kept alive", service="h1tls", bars={"nginx": 1.0}),
    Row("h2", "ai_chat over h2c, 4 connections x 16 streams", service="h2", connections=4, streams=16,
        bars={"nginx": 1.0}),
    Row("h2_tls", "ai_chat over HTTP/2 and TLS 1.3, 4 x 16", service="h2tls", connections=4, streams=16,
        bars={"nginx": 1.0}),
    Row("body16k", "16 KiB chat request, AI path", work="chat16k", bars={"nginx": 1.0}),
    Row("body100k", "100 KiB chat request, AI path", work="chat100k", bars={"nginx": 1.0}),
]

QUICK = ("ai_chat", "plain", "sse")

# Rows that are not gateway-against-peer on the same requests; each is a function in its own module.
SPECIAL = ("throughput", "memory", "reload", "routes", "pipeline", "openai_chat", "chat_to_messages")


def find_row(name):
    return next((row for row in VERSUS if row.name == name), None)
