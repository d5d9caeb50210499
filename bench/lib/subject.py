"""Something that requests are sent through: the gateway, a peer, or nothing at all (`direct`)."""

import dataclasses

# What a proxy offers, each on its own port:
#   h1       HTTP/1.1, replies buffered where the proxy can (its best form for whole replies)
#   stream   HTTP/1.1, every byte passed on at once (its only correct form for tokens)
#   h1tls    HTTP/1.1 over TLS      h2  HTTP/2 by prior knowledge      h2tls  HTTP/2 over TLS by ALPN
SERVICES = ("h1", "stream", "h1tls", "h2", "h2tls")


@dataclasses.dataclass
class Subject:
    name: str
    ports: dict  # service -> port
    pids: list  # whose CPU time counts; empty for `direct`
    process: object = None  # the one that was started
    max_connections: int = 1_000_000  # that it accepts at a time
    fields: dict = dataclasses.field(default_factory=dict)  # that every request through it must carry


API_KEY = "Bearer sk-real-upstream-key-0123456789abcdef"
