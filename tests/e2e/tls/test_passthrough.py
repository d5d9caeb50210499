"""TLSRoute: passthrough by SNI, terminate, and both on one port."""

import contextlib
import ssl

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import RawClient
from harness.upstream import Echoed, Upstream


@pytest.fixture(scope="module")
def mixed(make_shared_gateway, make_shared_upstream, authority, tmp_path_factory):
    """One port: pass.test and *.pass.test go through untouched, end.test is terminated and sent on in plaintext."""
    directory, port = tmp_path_factory.mktemp("certs"), free_port()
    tls_upstreams = {}
    for name, san in (("one", "pass.test"), ("two", "*.pass.test")):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*authority.issue(san).write(directory, name))
        tls_upstreams[name] = make_shared_upstream(name, tls=context)
    plain = make_shared_upstream("plain")
    make_shared_gateway().start(
        r.gateway(r.listener("exact", port, "TLS", hostname="pass.test", tls={"mode": "Passthrough"}),
                  r.listener("wild", port, "TLS", hostname="*.pass.test", tls={"mode": "Passthrough"}),
                  r.listener("end", port, "TLS", hostname="end.test", tls=r.terminate("end"))),
        r.tls_secret("end", authority.issue("end.test")),
        r.service("one", tls_upstreams["one"].port, port=443),
        r.service("two", tls_upstreams["two"].port, port=443),
        r.service("plain", plain.port),
        _tls_route("one", "pass.test", "exact", r.backend_ref("one", 443)),
        _tls_route("two", "*.pass.test", "wild", r.backend_ref("two", 443)),
        _tls_route("end", "end.test", "end", r.backend_ref("plain")),
    )
    return port


def _tls_route(name, hostname, section, backend):
    return r.route("TLSRoute", name, [{"backendRefs": [backend]}], hostnames=[hostname], section=section)


def _ask(port, authority, server_name):
    with RawClient(port) as client:
        client.start_tls(ssl.create_default_context(cadata=authority.cert_pem), server_name)
        names = [value for _, value in client.sock.getpeercert()["subjectAltName"]]
        return Echoed(client.request("GET", "/", host=server_name)).upstream, names


@pytest.mark.parametrize("server_name, upstream, certificate", [
    ("pass.test", "one", "pass.test"),
    ("sub.pass.test", "two", "*.pass.test"),
    ("end.test", "plain", "end.test"),
])
def test_server_name_chooses(mixed, authority, server_name, upstream, certificate):
    assert _ask(mixed, authority, server_name) == (upstream, [certificate])


@pytest.mark.parametrize("server_name", ["unknown.test", None])
def test_connection_without_a_matching_name_is_rejected(mixed, server_name):
    context = ssl._create_unverified_context()
    with RawClient(mixed) as client, pytest.raises((ssl.SSLError, ConnectionError)):
        client.start_tls(context, server_name)


def test_client_hello_may_come_byte_by_byte(mixed, authority):
    """SNI is found however the ClientHello is cut."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context(cadata=authority.cert_pem)
    tls = context.wrap_bio(incoming, outgoing, server_hostname="pass.test")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    with RawClient(mixed) as client:
        for byte in outgoing.read():
            client.send(bytes([byte]))
        client.reader.more()
        assert client.reader.received[0] == 22  # a handshake record: the ServerHello of the backend


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\xff", b"\x16\x03\x01\xff\xff" + b"\x00" * 400])
def test_garbage_instead_of_a_hello_is_closed(mixed, garbage):
    with RawClient(mixed) as client:
        client.send(garbage)
        with contextlib.suppress(OSError):  # the gateway may have closed already
            client.sock.shutdown(1)
        assert b"HTTP" not in client.expect_closed()


def test_passthrough_and_https_share_a_port(make_gateway, make_upstream, authority, tmp_path):
    """HTTPS with HTTPRoutes beside a passthrough listener, told apart by SNI."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.issue("pass.test").write(tmp_path, "pass"))
    through: Upstream = make_upstream("through", tls=context)
    web, port = make_upstream("web"), free_port()
    make_gateway().start(
        r.gateway(r.listener("pass", port, "TLS", hostname="pass.test", tls={"mode": "Passthrough"}),
                  r.listener("web", port, "HTTPS", hostname="web.test", tls=r.terminate("web"))),
        r.tls_secret("web", authority.issue("web.test")),
        r.service("through", through.port, port=443),
        r.service("web", web.port),
        _tls_route("through", "pass.test", "pass", r.backend_ref("through", 443)),
        r.http_route("web", r.rule("web"), section="web"),
    )
    assert _ask(port, authority, "pass.test")[0] == "through"
    assert _ask(port, authority, "web.test")[0] == "web"
