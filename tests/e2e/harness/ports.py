"""Free TCP and UDP ports below the ephemeral range, so that no outgoing connection can take one meanwhile."""

import pathlib
import random
import socket

_LOWEST = 10000
_handed_out: set[int] = set()


def _ephemeral_start() -> int:
    text = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text()
    return int(text.split()[0])


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def free_port() -> int:
    """A port that is free now and that this process has not handed out before."""
    top = max(_ephemeral_start(), _LOWEST + 10000)
    for _ in range(200):
        port = random.randrange(_LOWEST, top)
        if port not in _handed_out and _is_free(port):
            _handed_out.add(port)
            return port
    raise AssertionError("no free port found in 200 tries")
