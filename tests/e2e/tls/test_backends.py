"""TLS to backends: BackendTLSPolicy, SANs, client certificate of the Gateway, rotation of the CA."""

import ssl

import pytest
from harness import resources as r
from harness.certs import Authority
from harness.ports import free_port
from harness.raw_client import get
from harness.upstream import Echoed
from harness.waiting import eventually


def _tls_upstream(make_upstream, pair, directory, client_ca=None):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=client_ca)
    context.load_cert_chain(*pair.write(directory, "upstream"))
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return make_upstream("secure", tls=context)


def _policy(hostname, ca="ca", **validation):
    return r.resource(r.GATEWAY_API, "BackendTLSPolicy", "secure", spec={
        "targetRefs": [{"group": "", "kind": "Service", "name": "secure"}],
        "validation": {"hostname": hostname, "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": ca}], **validation},
    })


def _parts(port, upstream, policy, ca_pem, *more, **gateway_spec):
    return [
        r.gateway(r.listener("http", port), **gateway_spec),
        r.service("secure", upstream.port, port=443),
        r.ca_config_map("ca", ca_pem),
        policy,
        r.http_route("all", r.rule(r.backend_ref("secure", 443))),
        *more,
    ]


def test_policy_re_encrypts_with_its_hostname_as_sni(make_gateway, make_upstream, authority, tmp_path):
    names = []
    upstream = _tls_upstream(make_upstream, authority.issue("backend.test"), tmp_path)
    upstream.tls.sni_callback = lambda sock, name, context: names.append(name)
    port = free_port()
    make_gateway().start(*_parts(port, upstream, _policy("backend.test"), authority.cert_pem))
    assert Echoed(get(port, "/secret")).target == "/secret"
    assert names == ["backend.test"]


def test_wrong_name_is_an_error_and_nothing_is_sent(make_gateway, make_upstream, authority, tmp_path):
    upstream = _tls_upstream(make_upstream, authority.issue("other.test"), tmp_path)
    port = free_port()
    make_gateway().start(*_parts(port, upstream, _policy("backend.test"), authority.cert_pem))
    assert get(port).status == 502
    assert upstream.requests == []


def test_unknown_authority_is_an_error(make_gateway, make_upstream, authority, tmp_path):
    upstream = _tls_upstream(make_upstream, Authority("foreign").issue("backend.test"), tmp_path)
    port = free_port()
    make_gateway().start(*_parts(port, upstream, _policy("backend.test"), authority.cert_pem))
    assert get(port).status == 502
    assert upstream.requests == []


@pytest.mark.parametrize("sans, passes", [
    ([{"type": "Hostname", "hostname": "alt.test"}], True),
    ([{"type": "URI", "uri": "spiffe://backend/identity"}], True),
    ([{"type": "Hostname", "hostname": "nobody.test"}, {"type": "URI", "uri": "spiffe://backend/identity"}], True),
    ([{"type": "Hostname", "hostname": "nobody.test"}], False),
])
def test_subject_alt_names_replace_the_hostname_check(make_gateway, make_upstream, authority, tmp_path, sans, passes):
    pair = authority.issue("alt.test", "spiffe://backend/identity")
    upstream, port = _tls_upstream(make_upstream, pair, tmp_path), free_port()
    make_gateway().start(*_parts(port, upstream, _policy("sni.test", subjectAltNames=sans), authority.cert_pem))
    assert (get(port).status == 200) is passes


def test_missing_ca_never_falls_back_to_plaintext(make_gateway, make_upstream):
    upstream, port = make_upstream(), free_port()
    make_gateway().start(
        r.gateway(r.listener("http", port)), r.service("secure", upstream.port, port=443),
        _policy("backend.test", ca="absent"), r.http_route("all", r.rule(r.backend_ref("secure", 443))))
    assert get(port).status >= 500
    assert upstream.connections == []


def test_gateway_presents_its_client_certificate(make_gateway, make_upstream, authority, tmp_path):
    upstream = _tls_upstream(make_upstream, authority.issue("backend.test"), tmp_path, authority.cert_pem)
    port = free_port()
    make_gateway().start(*_parts(
        port, upstream, _policy("backend.test"), authority.cert_pem,
        r.tls_secret("identity", authority.issue("gateway.test")),
        tls={"backend": {"clientCertificateRef": {"kind": "Secret", "name": "identity"}}}))
    assert get(port).status == 200
    shown = upstream.connections[-1].sock.getpeercert()["subjectAltName"]
    assert shown == (("DNS", "gateway.test"),)


def test_changed_ca_takes_effect(make_gateway, make_upstream, authority, tmp_path):
    upstream = _tls_upstream(make_upstream, authority.issue("backend.test"), tmp_path)
    port, wrong = free_port(), Authority("old").cert_pem
    gateway = make_gateway().start(*_parts(port, upstream, _policy("backend.test"), wrong))
    assert get(port).status == 502
    gateway.reload(*_parts(port, upstream, _policy("backend.test"), authority.cert_pem))
    eventually(lambda: get(port).status == 200, "the new authority is trusted")


def test_h2_is_negotiated_with_a_backend_that_offers_it(make_gateway, authority, tmp_path):
    from harness.h2_upstream import H2Upstream
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.issue("backend.test").write(tmp_path, "h2"))
    context.set_alpn_protocols(["h2"])
    upstream, port = H2Upstream("secure", tls=context), free_port()
    parts = _parts(port, upstream, _policy("backend.test"), authority.cert_pem)
    parts[1] = r.service("secure", upstream.port, port=443, app_protocol="kubernetes.io/h2c")
    make_gateway().start(*parts)
    assert Echoed(get(port, "/over-h2")).target == "/over-h2"
    upstream.close()
