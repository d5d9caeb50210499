"""Free TCP and UDP ports below the ephemeral range, so that no outgoing connection can take one meanwhile.

A port is held by a socket that is bound and does not listen, so that no other run on this machine finds it free. The
gateway binds with SO_REUSEPORT and so beside it, and whoever binds with SO_REUSEADDR alone may too.
"""

import collections
import pathlib
import random
import socket

_LOWEST = 10000
_HELD_AT_MOST = 300  # descriptors; a test that asks for more has long ended with its first ones
_handed_out: set[int] = set()
_held: collections.deque[socket.socket] = collections.deque()


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


def _hold(port: int) -> bool:
    """Binds the port for as long as there is room; False when somebody else was quicker."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        holder.bind(("127.0.0.1", port))
    except OSError:
        holder.close()
        return False
    _held.append(holder)
    if len(_held) > _HELD_AT_MOST:
        _held.popleft().close()
    return True


def free_port() -> int:
    """A port that is free now and that this process has not handed out before."""
    top = max(_ephemeral_start(), _LOWEST + 10000)
    for _ in range(200):
        port = random.randrange(_LOWEST, top)
        if port not in _handed_out and _is_free(port) and _hold(port):
            _handed_out.add(port)
            return port
    raise AssertionError("no free port found in 200 tries")
