"""Backends behind a forward proxy: CONNECT with credentials, TLS inside, and what its refusals become."""

import base64
import socket
import ssl
import threading

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import RawClient, get
from harness.upstream import Echoed
from harness.waiting import eventually

CREDENTIALS = "Basic " + base64.b64encode(b"user:pass").decode()


def _join(a, b):
    """Relays both ways until either side ends."""
    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
    threading.Thread(target=pump, args=(a, b), daemon=True).start()
    pump(b, a)


def _connect_to(target_port, seen):
    """A proxy that wants our credentials and connects every name to the one upstream."""
    def on_head(connection, request):
        seen.append((request.method, request.target, request.get("proxy-authorization")))
        if request.get("proxy-authorization") != CREDENTIALS:
            connection.respond(407, {"Proxy-Authenticate": "Basic"})
            return
        with socket.create_connection(("127.0.0.1", target_port)) as upstream:
            connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _join(connection.sock, upstream)
    return on_head


def _parts(port, proxy_port, password="pass", hostname="backend.test"):
    return [
        r.gateway(r.listener("http", port)),
        r.resource(r.OWN, "Backend", "outside", spec={
            "destination": {"type": "Fqdn", "fqdn": {"hostname": hostname}},
            "ports": [{"number": 443, "tls": {"mode": "Simple", "caBundleRef": {"name": "ca"}}}],
            "proxy": {"type": "HttpConnect", "host": "127.0.0.1", "port": proxy_port, "credentialsRef": {"name": "proxy"}}}),
        r.opaque_secret("proxy", username="user", password=password),
        r.http_route("all", r.rule(r.backend_of("outside"))),
    ]


@pytest.fixture
def secure(make_upstream, authority, tmp_path):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.issue("backend.test", "other.test").write(tmp_path, "upstream"))
    return make_upstream("secure", tls=context)


def test_tls_goes_through_the_tunnel(make_gateway, make_upstream, secure, authority):
    seen, proxy, port = [], make_upstream("proxy"), free_port()
    proxy.on_head = _connect_to(secure.port, seen)
    make_gateway().start(*_parts(port, proxy.port), r.ca_config_map("ca", authority.cert_pem))
    echoed = Echoed(get(port, "/secret"))
    assert (echoed.target, echoed.get("host")) == ("/secret", "backend.test")
    assert echoed.get("proxy-authorization") is None
    assert Echoed(get(port, "/again")).target == "/again"
    assert seen == [("CONNECT", "backend.test:443", CREDENTIALS)]  # the second request reused the connection


def test_another_hostname_gets_a_tunnel_of_its_own(make_gateway, make_upstream, secure, authority):
    seen, proxy, port = [], make_upstream("proxy"), free_port()
    proxy.on_head = _connect_to(secure.port, seen)
    ca = r.ca_config_map("ca", authority.cert_pem)
    gateway = make_gateway().start(*_parts(port, proxy.port), ca)
    assert Echoed(get(port)).get("host") == "backend.test"
    gateway.reload(*_parts(port, proxy.port, hostname="other.test"), ca)
    eventually(lambda: Echoed(get(port)).get("host") == "other.test", "requests are for the other host")
    assert [target for _, target, _ in seen] == ["backend.test:443", "other.test:443"]


def test_a_server_that_speaks_first_is_heard(make_gateway, make_upstream):
    """Its first words come in one piece with the proxy's consent."""
    def greet(connection):
        connection.send(b"220 mail.test ready\r\n")
        while data := connection.sock.recv(65536):
            connection.send(data)

    def on_head(connection, request):
        with socket.create_connection(("127.0.0.1", upstream.port)) as far:
            connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n" + far.recv(1024))
            _join(connection.sock, far)
    upstream, proxy, port = make_upstream("mail"), make_upstream("proxy"), free_port()
    upstream.on_accept, proxy.on_head = greet, on_head
    make_gateway().start(
        r.gateway(r.listener("tcp", port, "TCP")),
        r.resource(r.OWN, "Backend", "mail", spec={
            "destination": {"type": "Fqdn", "fqdn": {"hostname": "mail.test"}}, "ports": [{"number": 25, "protocol": "TCP"}],
            "proxy": {"type": "HttpConnect", "host": "127.0.0.1", "port": proxy.port}}),
        r.route("TCPRoute", "mail", [r.rule(r.backend_of("mail"))]))
    with RawClient(port) as client:
        assert client.reader.take(21) == b"220 mail.test ready\r\n"
        client.send(b"HELO me\r\n")
        assert client.reader.take(9) == b"HELO me\r\n"


def test_health_checks_take_the_same_way_before_any_request(make_gateway, make_upstream, secure, authority):
    seen, proxy, port, well = [], make_upstream("proxy"), free_port(), threading.Event()
    proxy.on_head = _connect_to(secure.port, seen)

    def answer(connection, request):
        connection.respond(200 if well.is_set() or request.target != "/healthz" else 503)
    secure.on_request = answer
    parts = _parts(port, proxy.port)
    parts[1]["spec"]["health"] = {"active": {"path": "/healthz", "interval": "20ms", "unhealthyThreshold": 2, "healthyThreshold": 1}}
    make_gateway().start(*parts, r.ca_config_map("ca", authority.cert_pem))
    secure.wait_for_requests(3)
    assert {(q.target, q.get("host")) for q in secure.requests} == {("/healthz", "backend.test")}
    assert seen[0] == ("CONNECT", "backend.test:443", CREDENTIALS)
    assert get(port).status == 503
    well.set()
    eventually(lambda: get(port).status == 200, "the backend is used again")


def test_wrong_credentials_are_told(make_gateway, make_upstream, secure, authority):
    seen, proxy, port = [], make_upstream("proxy"), free_port()
    proxy.on_head = _connect_to(secure.port, seen)
    gateway = make_gateway().start(*_parts(port, proxy.port, password="wrong"), r.ca_config_map("ca", authority.cert_pem))
    assert get(port).status == 502
    line = gateway.wait_for_log(lambda line: "error" in line)
    assert "forward proxy: it wants other credentials (407)" in line["error"]["detail"]
    assert secure.requests == []


@pytest.mark.parametrize("answer, told", [
    (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "forward proxy: no way to backend.test:443: status 503"),
    (b"220 mail.test ESMTP\r\n\r\n", "forward proxy: "),
    (b"", "forward proxy: closed without an answer"),
])
def test_refusals_are_told(make_gateway, make_upstream, authority, answer, told):
    proxy, port = make_upstream("proxy"), free_port()

    def on_head(connection, _):
        connection.send(answer)
        connection.close()
    proxy.on_head = on_head
    gateway = make_gateway().start(*_parts(port, proxy.port), r.ca_config_map("ca", authority.cert_pem))
    assert get(port).status == 502
    assert told in gateway.wait_for_log(lambda line: "error" in line)["error"]["detail"]
