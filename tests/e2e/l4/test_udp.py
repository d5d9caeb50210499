"""UDPRoute: datagrams both ways, many clients, no mixing."""

import socket
import threading

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.waiting import PATIENCE_S


class UdpEcho:
    """Answers each datagram with a prefix and itself."""

    def __init__(self, prefix: bytes = b"re:"):
        self.prefix = prefix
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.peers = set()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                data, peer = self.sock.recvfrom(65535)
            except OSError:
                return
            self.peers.add(peer)
            self.sock.sendto(self.prefix + data, peer)


@pytest.fixture
def udp(make_gateway):
    upstream, port = UdpEcho(), free_port()
    make_gateway().start(
        r.gateway(r.listener("udp", port, "UDP")),
        r.service("udp", upstream.port, protocol="UDP"),
        r.route("UDPRoute", "udp", [r.rule("udp")]),
    )
    yield port, upstream
    upstream.sock.close()


def _client(port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(PATIENCE_S)
    sock.connect(("127.0.0.1", port))
    return sock


@pytest.mark.parametrize("size", [0, 1, 1200, 9000])
def test_datagram_comes_back_whole(udp, size):
    with _client(udp[0]) as client:
        client.send(b"x" * size)
        assert client.recv(65535) == b"re:" + b"x" * size


def test_one_client_keeps_one_flow(udp):
    port, upstream = udp
    with _client(port) as client:
        for n in range(20):
            client.send(str(n).encode())
            assert client.recv(65535) == f"re:{n}".encode()
    assert len(upstream.peers) == 1


def test_many_clients_do_not_mix(udp):
    port, upstream = udp
    clients = [_client(port) for _ in range(50)]
    for n, client in enumerate(clients):
        client.send(f"client {n}".encode())
    assert [client.recv(65535) for client in clients] == [f"re:client {n}".encode() for n in range(50)]
    assert len(upstream.peers) == 50
    for client in clients:
        client.close()


def test_tcp_and_udp_share_a_port_number(make_gateway, make_upstream):
    """A DNS-like pair of listeners: the protocols never conflict."""
    datagrams, stream, port = UdpEcho(), make_upstream(), free_port()
    stream.on_accept = lambda connection: connection.send(b"tcp")
    make_gateway().start(
        r.gateway(r.listener("udp", port, "UDP"), r.listener("tcp", port, "TCP")),
        r.service("udp", datagrams.port, protocol="UDP"), r.service("tcp", stream.port),
        r.route("UDPRoute", "udp", [r.rule("udp")], section="udp"),
        r.route("TCPRoute", "tcp", [r.rule("tcp")], section="tcp"),
    )
    with _client(port) as client:
        client.send(b"a")
        assert client.recv(65535) == b"re:a"
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as client:
        assert client.recv(3) == b"tcp"
    datagrams.sock.close()
