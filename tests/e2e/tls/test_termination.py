"""TLS termination: choice of certificate by SNI, ALPN, versions, HTTP over it."""

import ssl

import pytest
from harness import resources as r
from harness.h2_client import H2Client
from harness.ports import free_port
from harness.raw_client import RawClient
from harness.upstream import Echoed


@pytest.fixture(scope="module")
def https(make_shared_gateway, make_shared_upstream, authority):
    """One port: a catch-all listener, an exact one and a wildcard one, each with its own certificate."""
    upstream, port = make_shared_upstream(), free_port()
    names = {"default": "default.test", "exact": "api.example.test", "wild": "*.example.test"}
    listeners = [
        r.listener("default", port, "HTTPS", tls=r.terminate("default")),
        r.listener("exact", port, "HTTPS", hostname="api.example.test", tls=r.terminate("exact")),
        r.listener("wild", port, "HTTPS", hostname="*.example.test", tls=r.terminate("wild")),
    ]
    make_shared_gateway().start(
        r.gateway(*listeners),
        [r.tls_secret(name, authority.issue(san)) for name, san in names.items()],
        r.service("upstream", upstream.port),
        r.http_route("all", r.rule("upstream")),
    )
    return port


def _context(authority, **options) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=authority.cert_pem)
    for name, value in options.items():
        setattr(context, name, value)
    return context


def _names_shown(port, context, server_name):
    with RawClient(port) as client:
        client.start_tls(context, server_name)
        return [value for _, value in client.sock.getpeercert()["subjectAltName"]]


@pytest.mark.parametrize("server_name, shown", [
    ("api.example.test", "api.example.test"),
    ("other.example.test", "*.example.test"),
    ("API.Example.Test", "api.example.test"),
    ("default.test", "default.test"),
])
def test_certificate_is_chosen_by_server_name(https, authority, server_name, shown):
    assert _names_shown(https, _context(authority), server_name) == [shown]


@pytest.mark.parametrize("server_name", [None, "unknown.test"])
def test_default_certificate_without_a_matching_name(https, authority, server_name):
    context = _context(authority, check_hostname=False)
    assert _names_shown(https, context, server_name) == ["default.test"]


@pytest.mark.parametrize("offered, chosen", [
    (["h2", "http/1.1"], "h2"),
    (["http/1.1", "h2"], "h2"),
    (["http/1.1"], "http/1.1"),
    (["h2"], "h2"),
])
def test_alpn(https, authority, offered, chosen):
    context = _context(authority)
    context.set_alpn_protocols(offered)
    with RawClient(https) as client:
        client.start_tls(context, "default.test")
        assert client.sock.selected_alpn_protocol() == chosen


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_version_is_spoken(https, authority, version):
    context = _context(authority, minimum_version=version, maximum_version=version)
    with RawClient(https) as client:
        client.start_tls(context, "default.test")
        assert client.sock.version() == version.name.replace("_", ".")
        assert client.request(host="default.test").status == 200


def test_tls11_is_refused(https, authority):
    context = _context(authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with RawClient(https) as client, pytest.raises((ssl.SSLError, ConnectionError)):
        client.start_tls(context, "default.test")


def test_http1_keep_alive_and_large_body_over_tls(https, authority):
    body = bytes(range(256)) * 4096 * 8
    with RawClient(https) as client:
        client.start_tls(_context(authority), "default.test")
        assert Echoed(client.request("POST", "/up", host="default.test", body=body)).body == body
        assert client.request(host="default.test").status == 200


def test_h2_over_tls(https, authority):
    with H2Client(https, _context(authority), "default.test") as client:
        bodies = [Echoed(client.request("POST", f"/{n}", "default.test", body=b"x" * n)).body for n in (1, 100, 100_000)]
    assert [len(body) for body in bodies] == [1, 100, 100_000]


def test_plaintext_on_the_tls_port_is_refused_quietly(https):
    with RawClient(https) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = client.expect_closed()
    assert not answer.startswith(b"HTTP/1.1 200")


def test_session_is_resumed(https, authority):
    context = _context(authority, maximum_version=ssl.TLSVersion.TLSv1_2)
    with RawClient(https) as client:
        client.start_tls(context, "default.test")
        client.request(host="default.test")
        session = client.sock.session
    with RawClient(https) as client:
        client.sock = context.wrap_socket(client.sock, server_hostname="default.test", session=session)
        client.reader.sock = client.sock
        assert client.sock.session_reused
        assert client.request(host="default.test").status == 200


def test_misdirected_request_is_421(https, authority):
    """On a connection whose SNI chose one listener, a Host of another listener is misdirected."""
    with H2Client(https, _context(authority), "api.example.test") as client:
        assert client.request(authority="api.example.test").status == 200
        assert client.request(authority="other.example.test").status == 421
        assert client.request(authority="api.example.test").status == 200
