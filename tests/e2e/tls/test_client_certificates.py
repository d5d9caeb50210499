"""Frontend client-certificate validation: required, insecure fallback, per port."""

import ssl

import pytest
from harness import resources as r
from harness.certs import Authority
from harness.ports import free_port
from harness.raw_client import RawClient


@pytest.fixture(scope="module")
def foreign():
    return Authority("somebody else")


def _start(make_gateway, make_upstream, authority, mode=None):
    upstream, port = make_upstream(), free_port()
    validation = {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "clients"}], **({"mode": mode} if mode else {})}
    make_gateway().start(
        r.gateway(r.listener("https", port, "HTTPS", tls=r.terminate("server")),
                  tls={"frontend": {"default": {"validation": validation}}}),
        r.tls_secret("server", authority.issue("example.test")),
        r.ca_config_map("clients", authority.cert_pem),
        r.service("upstream", upstream.port),
        r.http_route("all", r.rule("upstream")),
    )
    return port


@pytest.fixture(scope="module")
def strict(make_shared_gateway, make_shared_upstream, authority):
    return _start(make_shared_gateway, make_shared_upstream, authority)


@pytest.fixture(scope="module")
def lenient(make_shared_gateway, make_shared_upstream, authority):
    return _start(make_shared_gateway, make_shared_upstream, authority, "AllowInsecureFallback")


def _ask(port, authority, directory, client_authority=None):
    """One request with a client certificate of `client_authority`, or none."""
    context = ssl.create_default_context(cadata=authority.cert_pem)
    if client_authority:
        context.load_cert_chain(*client_authority.issue("client.test").write(directory, "client"))
    with RawClient(port) as client:
        client.start_tls(context, "example.test")
        return client.request(host="example.test").status


def test_valid_certificate_passes(strict, authority, tmp_path):
    assert _ask(strict, authority, tmp_path, authority) == 200


def test_no_certificate_fails_the_handshake(strict, authority, tmp_path):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _ask(strict, authority, tmp_path)


def test_foreign_certificate_fails_the_handshake(strict, authority, foreign, tmp_path):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _ask(strict, authority, tmp_path, foreign)


@pytest.mark.parametrize("client", ["none", "valid", "foreign"])
def test_insecure_fallback_lets_everyone_in(lenient, authority, foreign, tmp_path, client):
    of = {"none": None, "valid": authority, "foreign": foreign}[client]
    assert _ask(lenient, authority, tmp_path, of) == 200


def test_ports_have_their_own_authorities(make_gateway, make_upstream, authority, foreign, tmp_path):
    upstream, main, special = make_upstream(), free_port(), free_port()
    def validate(name):
        return {"validation": {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": name}]}}

    make_gateway().start(
        r.gateway(r.listener("main", main, "HTTPS", tls=r.terminate("server")),
                  r.listener("special", special, "HTTPS", tls=r.terminate("server")),
                  tls={"frontend": {"default": validate("ours"), "perPort": [{"port": special, "tls": validate("theirs")}]}}),
        r.tls_secret("server", authority.issue("example.test")),
        r.ca_config_map("ours", authority.cert_pem),
        r.ca_config_map("theirs", foreign.cert_pem),
        r.service("upstream", upstream.port),
        r.http_route("all", r.rule("upstream")),
    )
    assert _ask(main, authority, tmp_path, authority) == 200
    assert _ask(special, authority, tmp_path, foreign) == 200
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _ask(special, authority, tmp_path, authority)
