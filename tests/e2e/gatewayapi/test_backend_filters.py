"""Filters of one backendRef, and what a mirror's backend gets: its own host and key, never those of another backend."""

import json

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import get, post
from harness.upstream import Echoed

PREFIX = {"type": "ReplacePrefixMatch"}
KEY, MIRROR_KEY = "sk-of-the-provider", "sk-of-the-mirror"


def _rewrite(**rewrite):
    return {"type": "URLRewrite", "urlRewrite": rewrite}


def _mirror_to(reference):
    return {"type": "RequestMirror", "requestMirror": {"backendRef": reference}}


def _named(name, port):
    """A Backend that is known by name, as providers are."""
    return r.resource(r.OWN, "Backend", name, spec={
        "destination": {"type": "Fqdn", "fqdn": {"hostname": "localhost"}}, "ports": [{"number": port, "protocol": "HTTP"}]})


@pytest.fixture(scope="module")
def upstreams(make_shared_upstream):
    return {name: make_shared_upstream(name) for name in ("a", "b")}


@pytest.fixture(scope="module")
def shared(make_shared_gateway, upstreams):
    port, a, b = free_port(), upstreams["a"], upstreams["b"]
    provider = r.ai_backend("provider", a.port, secret="key", models=[{"name": "m", "upstreamName": "m-of-provider"}])
    second = r.ai_backend("second", b.port, secret="mirror-key", models=[{"name": "m", "upstreamName": "m-of-mirror"}])
    keyed = r.resource(r.OWN, "Backend", "keyed", spec={**provider["spec"], "ai": None})
    del keyed["spec"]["ai"]
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.service("a", a.port), r.service("b", b.port), _named("named", a.port), _named("named-b", b.port),
        r.opaque_secret("key", **{"api-key": KEY}), r.opaque_secret("mirror-key", **{"api-key": MIRROR_KEY}),
        provider, second, keyed,
        r.http_route("filters",
            r.rule(r.backend_ref("a", filters=[_rewrite(hostname="own.test", path={**PREFIX, "replacePrefixMatch": "/own"})]), path="/own",
                   filters=[_rewrite(hostname="rule.test", path={**PREFIX, "replacePrefixMatch": "/rule"})]),
            r.rule(r.backend_ref("a", filters=[{"type": "RequestRedirect", "requestRedirect": {"hostname": "moved.test", "port": 80}}]),
                   path="/moved"),
            r.rule(r.backend_ref("a", filters=[_mirror_to({"name": "b", "port": 80})]), path="/copied"),
            r.rule(r.backend_of("named", port=a.port), path="/named", filters=[_rewrite(path={**PREFIX, "replacePrefixMatch": "/n"})]),
            r.rule(r.backend_of("named", port=a.port), path="/renamed", filters=[_rewrite(hostname="given.test")]),
            r.rule(r.backend_of("keyed"), path="/keyed", filters=[_mirror_to({"name": "b", "port": 80})]),
            r.rule("a", path="/to-named", filters=[_mirror_to(r.backend_of("named-b", port=b.port))]),
            r.rule(r.backend_of("provider"), path="/v1", filters=[_mirror_to(r.backend_of("second"))])))
    return port


@pytest.fixture
def port(shared, upstreams):
    for upstream in upstreams.values():
        upstream.forget()
    yield shared
    for upstream in upstreams.values():
        upstream.check()


def test_rewrite_of_the_backend_replaces_the_rules(port):
    seen = Echoed(get(port, "/own/x?q=1"))
    assert (seen.target, seen.get("host")) == ("/own/x?q=1", "own.test")


def test_redirect_of_the_backend_answers_in_its_stead(port, upstreams):
    response = get(port, "/moved/x")
    assert (response.status, response.get("location")) == (302, "http://moved.test/moved/x")
    assert upstreams["a"].requests == []


def test_mirror_of_the_backend_gets_a_copy(port, upstreams):
    assert Echoed(get(port, "/copied")).upstream == "a"
    assert upstreams["b"].wait_for_requests(1)[0].target == "/copied"


def test_path_rewrite_leaves_the_backends_own_host(port, upstreams):
    seen = Echoed(get(port, "/named/x"))
    assert (seen.target, seen.get("host")) == ("/n/x", f"localhost:{upstreams['a'].port}")


def test_host_rewrite_is_stronger_than_the_backends_own_host(port):
    assert Echoed(get(port, "/renamed")).get("host") == "given.test"


def test_injected_key_does_not_reach_the_mirror(port, upstreams):
    assert Echoed(get(port, "/keyed")).get("authorization") == f"Bearer {KEY}"
    copy = upstreams["b"].wait_for_requests(1)[0]
    assert KEY not in copy.head.decode()


def test_mirror_known_by_name_gets_its_own_host(port, upstreams):
    assert Echoed(get(port, "/to-named")).get("host") == "example.test"
    assert upstreams["b"].wait_for_requests(1)[0].get("host") == f"localhost:{upstreams['b'].port}"


def test_each_provider_gets_its_own_key_and_model_name(port, upstreams):
    body = json.dumps({"model": "m", "messages": []}).encode()
    post(port, "/v1/chat/completions", body, fields={"Content-Type": "application/json", "Authorization": "Bearer client-key"})
    sent, copy = upstreams["a"].wait_for_requests(1)[0], upstreams["b"].wait_for_requests(1)[0]
    assert [m.get_all("authorization") for m in (sent, copy)] == [[f"Bearer {KEY}"], [f"Bearer {MIRROR_KEY}"]]
    assert [json.loads(m.body)["model"] for m in (sent, copy)] == ["m-of-provider", "m-of-mirror"]
