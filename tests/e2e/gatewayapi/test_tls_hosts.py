"""HTTPS listeners: hostname intersection, 421 only between listeners, ListenerSet, several Gateways."""

import ssl

import pytest
from harness import resources as r
from harness.h2_client import H2Client
from harness.ports import free_port
from harness.raw_client import RawClient, get
from harness.upstream import Echoed


@pytest.fixture(scope="module")
def https(make_shared_gateway, make_shared_upstream, authority):
    upstream, port = make_shared_upstream(), free_port()
    make_shared_gateway().start(
        r.gateway(r.listener("a", port, "HTTPS", hostname="a.test", tls=r.terminate("cert")),
                  r.listener("b", port, "HTTPS", hostname="*.b.test", tls=r.terminate("cert"))),
        r.tls_secret("cert", authority.issue("a.test", "*.b.test")),
        r.service("upstream", upstream.port),
        r.http_route("a", r.rule("upstream", path="/a"), section="a"),
        r.http_route("b", r.rule("upstream"), section="b", hostnames=["one.b.test"]))
    return port


@pytest.mark.parametrize("server_name, authority_field, path, status", [
    ("a.test", "a.test", "/a", 200),
    ("a.test", "a.test", "/other", 404),
    ("one.b.test", "one.b.test", "/", 200),
    ("one.b.test", "two.b.test", "/", 404),
    ("a.test", "one.b.test", "/", 421),
    ("one.b.test", "a.test", "/a", 421),
])
def test_host_against_server_name(https, authority, server_name, authority_field, path, status):
    context = ssl.create_default_context(cadata=authority.cert_pem)
    with H2Client(https, context, server_name) as client:
        assert client.request(path=path, authority=authority_field).status == status


def test_misdirected_is_told_over_http1_too(https, authority):
    with RawClient(https) as client:
        client.start_tls(ssl.create_default_context(cadata=authority.cert_pem), "a.test")
        assert client.request(host="one.b.test").status == 421
        assert client.request("GET", "/a", host="a.test").status == 200


def test_listener_set_adds_listeners(make_gateway, make_upstream):
    upstream, main, extra = make_upstream(), free_port(), free_port()
    parts = [
        r.gateway(r.listener("main", main), allowedListeners={"namespaces": {"from": "Same"}}),
        r.resource(r.GATEWAY_API, "ListenerSet", "more", spec={
            "parentRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gw"},
            "listeners": [r.listener("extra", extra)]}),
        r.service("upstream", upstream.port),
        r.http_route("main", r.rule("upstream", path="/main")),
        r.http_route("extra", r.rule("upstream", path="/extra")),
    ]
    parts[-1]["spec"]["parentRefs"] = [{"group": "gateway.networking.k8s.io", "kind": "ListenerSet", "name": "more"}]
    make_gateway().start(*parts)
    assert Echoed(get(extra, "/extra")).target == "/extra"
    assert [get(extra, "/main").status, get(main, "/extra").status, get(main, "/main").status] == [404, 404, 200]


def test_one_route_on_two_gateways(make_gateway, make_upstream):
    upstream, first, second = make_upstream(), free_port(), free_port()
    route = r.http_route("both", r.rule("upstream"))
    route["spec"]["parentRefs"] = [{"name": "one"}, {"name": "two"}]
    make_gateway().start(r.gateway(r.listener("http", first), name="one"), r.gateway(r.listener("http", second), name="two"),
                         r.service("upstream", upstream.port), route)
    assert [get(first).status, get(second).status] == [200, 200]


def test_listener_with_a_bad_certificate_does_not_take_the_others_down(make_gateway, make_upstream):
    upstream, plain, broken = make_upstream(), free_port(), free_port()
    gateway = make_gateway().start(
        r.gateway(r.listener("plain", plain), r.listener("broken", broken, "HTTPS", tls=r.terminate("absent"))),
        r.service("upstream", upstream.port), r.http_route("all", r.rule("upstream")))
    assert get(plain).status == 200
    assert "InvalidCertificateRef" in gateway.wait_for_output("InvalidCertificateRef")
    with pytest.raises(ConnectionError):
        RawClient(broken)
