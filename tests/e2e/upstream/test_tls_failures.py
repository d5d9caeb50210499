"""TLS to a backend that must not be trusted: nothing is sent, and the log and a metric say why."""

import ssl

import pytest
from harness import resources as r
from harness.certs import Authority
from harness.h2_upstream import H2Upstream
from harness.ports import free_port
from harness.raw_client import get
from harness.waiting import eventually

STRANGER = Authority("stranger")


def _server(pair, directory, **options):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=options.get("client_ca"))
    context.load_cert_chain(*pair.write(directory, "server"))
    if "client_ca" in options:
        context.verify_mode = ssl.CERT_REQUIRED
    if "newest" in options:
        context.maximum_version = options["newest"]
    return context


def _parts(port, upstream, authority, tls, *more, protocol="HTTP"):
    return [
        r.gateway(r.listener("http", port)),
        r.resource(r.OWN, "Backend", "secure", spec={
            "destination": {"type": "Ip", "ip": {"addresses": ["127.0.0.1"]}},
            "ports": [{"number": upstream.port, "protocol": protocol,
                       "tls": {"mode": "Simple", "sni": "backend.test", "caBundleRef": {"name": "ca"}, **tls}}]}),
        r.ca_config_map("ca", authority.cert_pem),
        r.http_route("all", r.rule(r.backend_of("secure"))),
        *more]


def _failures(gateway):
    """The backend's TLS failures so far, by reason."""
    family = gateway.metrics().get("tidegate_upstream_tls_failures")
    return {s.labels["reason"]: s.value for s in family.samples if s.value} if family else {}


def _expect(gateway, port, upstream, reason, told):
    assert get(port).status == 502
    error = gateway.wait_for_log(lambda line: "error" in line)["error"]
    assert (error["code"], error["origin"]) == ("tls_failure", "upstream")
    assert told in error["detail"]
    eventually(lambda: set(_failures(gateway)) == {reason}, f"the metric says {reason}")
    assert upstream.requests == []


@pytest.mark.parametrize("issue, reason, told", [
    (lambda ca: ca.issue("backend.test", expired=True), "expired", "certificate has expired"),
    (lambda ca: ca.issue("other.test"), "name_mismatch", "wanted backend.test, the certificate is for other.test"),
    (lambda ca: STRANGER.issue("backend.test"), "unknown_authority", "unable to get local issuer certificate"),
])
def test_certificates_that_do_not_hold(make_gateway, make_upstream, authority, tmp_path, issue, reason, told):
    upstream, port = make_upstream(tls=_server(issue(authority), tmp_path)), free_port()
    gateway = make_gateway().start(*_parts(port, upstream, authority, {}))
    _expect(gateway, port, upstream, reason, told)


def _lists(*pem):
    return r.resource(r.CORE, "ConfigMap", "lists", data={"ca.crl": "".join(pem)})


def test_a_revoked_certificate(make_gateway, make_upstream, authority, tmp_path):
    pair, port = authority.issue("backend.test"), free_port()
    upstream = make_upstream(tls=_server(pair, tmp_path))
    parts = _parts(port, upstream, authority, {"crlRef": {"name": "lists"}})
    gateway = make_gateway().start(*parts, _lists(authority.revoke(pair)))
    _expect(gateway, port, upstream, "revoked", "certificate revoked")
    gateway.reload(*parts, _lists(authority.revoke(authority.issue("backend.test"))))
    eventually(lambda: get(port).status == 200, "a list without it lets it through")


def test_a_revocation_list_of_somebody_else(make_gateway, make_upstream, authority, tmp_path):
    upstream, port = make_upstream(tls=_server(authority.issue("backend.test"), tmp_path)), free_port()
    gateway = make_gateway().start(*_parts(port, upstream, authority, {"crlRef": {"name": "lists"}}), _lists(STRANGER.revoke()))
    _expect(gateway, port, upstream, "revocation_unknown", "unable to get certificate CRL")


def test_pinned_keys(make_gateway, make_upstream, authority, tmp_path):
    pair, port = authority.issue("backend.test"), free_port()
    upstream = make_upstream(tls=_server(pair, tmp_path))
    gateway = make_gateway().start(*_parts(port, upstream, authority, {"pinnedKeys": [authority.issue("backend.test").pin]}))
    _expect(gateway, port, upstream, "pin_mismatch", "no certificate of the chain has a pinned key")
    gateway.reload(*_parts(port, upstream, authority, {"pinnedKeys": [pair.pin]}))
    eventually(lambda: get(port).status == 200, "the key that is pinned now is the server's")


@pytest.mark.parametrize("protocol", ["HTTP", "HTTP2"])
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_wants_a_client_certificate(make_gateway, make_upstream, request, authority, tmp_path, newest, protocol):
    context = _server(authority.issue("backend.test"), tmp_path, client_ca=authority.cert_pem, newest=newest)
    if protocol == "HTTP2":
        context.set_alpn_protocols(["h2"])
        upstream = H2Upstream("secure", context)
        request.addfinalizer(upstream.close)
    else:
        upstream = make_upstream(tls=context)
    port = free_port()
    gateway = make_gateway().start(*_parts(port, upstream, authority, {}, protocol=protocol))

    def said_why():
        # The server's reset may overtake its alert.
        assert get(port).status == 502
        return "client_certificate" in _failures(gateway)

    eventually(said_why, "the metric says so")
    assert upstream.requests == []


@pytest.mark.parametrize("server, tls", [
    (None, {}),
    (ssl.TLSVersion.TLSv1_2, {"minVersion": "1.3"}),
])
def test_no_protocol_in_common(make_gateway, make_upstream, authority, tmp_path, server, tls):
    context = _server(authority.issue("backend.test"), tmp_path, newest=server) if server else None
    upstream, port = make_upstream(tls=context), free_port()
    if not server:
        upstream.on_accept = lambda connection: connection.send(b"SSH-2.0-OpenSSH_9.2\r\n")
    gateway = make_gateway().start(*_parts(port, upstream, authority, tls))
    assert get(port).status == 502
    eventually(lambda: set(_failures(gateway)) == {"protocol"}, "the metric says so")
    assert upstream.requests == []
