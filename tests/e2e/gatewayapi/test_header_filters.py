"""Header modifiers of requests and responses, on rules and on backendRefs; CORS."""

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import RawClient, get
from harness.upstream import Echoed


def _edits(kind, **edits):
    body = {k: ([{"name": n, "value": v} for n, v in value.items()] if isinstance(value, dict) else value) for k, value in edits.items()}
    return {"type": kind, kind[0].lower() + kind[1:]: body}


def _request(**edits):
    return _edits("RequestHeaderModifier", **edits)


def _response(**edits):
    return _edits("ResponseHeaderModifier", **edits)


CORS = {
    "type": "CORS",
    "cors": {
        "allowOrigins": ["https://www.foo.test", "https://*.bar.test"],
        "allowMethods": ["GET", "PUT"],
        "allowHeaders": ["x-one", "x-two"],
        "exposeHeaders": ["x-out"],
        "allowCredentials": True,
        "maxAge": 600,
    },
}


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    upstream, port = make_shared_upstream(), free_port()
    all_edits = {"set": {"X-Set": "set"}, "add": {"X-Add": "add"}, "remove": ["X-Remove"]}
    on_backend = r.backend_ref("upstream", filters=[_request(set={"X-Backend": "yes"}), _response(add={"X-From": "backend"})])
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.service("upstream", upstream.port),
        r.http_route("filters",
            r.rule("upstream", path="/request", filters=[_request(**all_edits)]),
            r.rule("upstream", path="/response", filters=[_response(**all_edits)]),
            r.rule(on_backend, path="/backend"),
            r.rule("upstream", path="/cors", filters=[CORS]),
            r.rule("upstream", path="/any-origin", filters=[{"type": "CORS", "cors": {"allowOrigins": ["*"], "allowMethods": ["*"], "allowHeaders": ["*"]}}])))
    return port, upstream


@pytest.fixture
def port(shared):
    shared[1].forget()
    yield shared[0]
    shared[1].check()


def test_request_header_set_add_remove(port):
    fields = {"X-Set": "old", "X-Add": "there", "X-Remove": "gone", "X-Keep": "kept"}
    seen = Echoed(get(port, "/request", fields=fields))
    assert (seen.get("x-set"), seen.get("x-remove"), seen.get("x-keep")) == ("set", None, "kept")
    assert seen.get("x-add").replace(" ", "") == "there,add"


def test_request_header_is_made_when_absent(port):
    seen = Echoed(get(port, "/request"))
    assert (seen.get("x-set"), seen.get("x-add")) == ("set", "add")


def test_response_header_set_add_remove(shared, port):
    def answer(connection, _):
        connection.respond(200, {"X-Set": "old", "X-Add": "there", "X-Remove": "gone", "X-Keep": "kept"}, b"ok")

    shared[1].on_request = answer
    response = get(port, "/response")
    assert (response.get("x-set"), response.get("x-remove"), response.get("x-keep")) == ("set", None, "kept")
    assert response.get("x-add").replace(" ", "") == "there,add"


def test_backend_filters_apply(port):
    response = get(port, "/backend")
    assert (Echoed(response).get("x-backend"), response.get("x-from")) == ("yes", "backend")


def _preflight(port, path, origin, method="PUT"):
    fields = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "x-one, x-two"}
    with RawClient(port) as client:
        return client.request("OPTIONS", path, fields=fields)


@pytest.mark.parametrize("origin", ["https://www.foo.test", "https://a.bar.test", "https://a.b.bar.test"])
def test_preflight_is_answered_by_the_gateway(shared, port, origin):
    response = _preflight(port, "/cors", origin)
    assert response.status in (200, 204)
    assert response.get("access-control-allow-origin") == origin
    assert {m.strip() for m in response.get("access-control-allow-methods").split(",")} == {"GET", "PUT"}
    assert {h.strip().lower() for h in response.get("access-control-allow-headers").split(",")} == {"x-one", "x-two"}
    assert (response.get("access-control-allow-credentials"), response.get("access-control-max-age")) == ("true", "600")
    assert shared[1].requests == []


@pytest.mark.parametrize("origin", ["http://www.foo.test", "https://foo.test", "https://bar.test", "https://evil.test", "https://www.foo.test.evil", "null"])
def test_other_origins_are_not_allowed(port, origin):
    assert _preflight(port, "/cors", origin).get("access-control-allow-origin") is None
    assert get(port, "/cors", fields={"Origin": origin}).get("access-control-allow-origin") is None


def test_simple_request_gets_cors_headers(port):
    response = get(port, "/cors", fields={"Origin": "https://www.foo.test"})
    assert Echoed(response).method == "GET"
    assert response.get("access-control-allow-origin") == "https://www.foo.test"
    assert response.get("access-control-expose-headers").lower() == "x-out"
    assert response.get("access-control-allow-credentials") == "true"


def test_any_origin(port):
    response = _preflight(port, "/any-origin", "https://whoever.test", "PATCH")
    assert response.get("access-control-allow-origin") in ("*", "https://whoever.test")
    assert response.get("access-control-allow-methods") in ("*", "PATCH")


def test_request_without_origin_gets_no_cors_headers(port):
    assert get(port, "/cors").get("access-control-allow-origin") is None
