"""HTTPRoute matching as a client sees it: paths, headers, query, methods, hosts, precedence."""

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import RawClient, get
from harness.upstream import Echoed

NAMES = ["v1", "v2", "v3"]


@pytest.fixture(scope="module")
def serve(make_shared_gateway, make_shared_upstream):
    """Factory: a gateway with these routes in front of upstreams v1, v2 and v3; returns its port."""
    upstreams = {name: make_shared_upstream(name) for name in NAMES}

    def start(*routes, listeners=None):
        port = free_port()
        made = listeners(port) if listeners else [r.listener("http", port)]
        make_shared_gateway().start(
            r.gateway(*made), [s for n, u in upstreams.items() for s in r.service(n, u.port)], *routes)
        return port

    return start


def _who(response):
    """The upstream that answered, or the status when none did."""
    return Echoed(response).upstream if response.status == 200 else response.status


def _match(**parts):
    made = {}
    if "path" in parts:
        made["path"] = {"type": "PathPrefix", "value": parts["path"]}
    if "exact" in parts:
        made["path"] = {"type": "Exact", "value": parts["exact"]}
    if "regex" in parts:
        made["path"] = {"type": "RegularExpression", "value": parts["regex"]}
    if "headers" in parts:
        made["headers"] = [{"name": n, "value": v} for n, v in parts["headers"].items()]
    if "query" in parts:
        made["queryParams"] = [{"name": n, "value": v} for n, v in parts["query"].items()]
    if "method" in parts:
        made["method"] = parts["method"]
    return made


@pytest.fixture(scope="module")
def paths(serve):
    return serve(r.http_route("paths",
        r.rule("v1", matches=[_match(exact="/one"), _match(path="/v1")]),
        r.rule("v2", matches=[_match(path="/v2/deep"), _match(regex="/re/[0-9]+")]),
        r.rule("v3", matches=[_match(path="/v2")])))


@pytest.mark.parametrize("path, expected", [
    ("/one", "v1"), ("/one/", 404), ("/one?x=1", "v1"), ("/One", 404),
    ("/v1", "v1"), ("/v1/", "v1"), ("/v1/x", "v1"), ("/v1example", 404),
    ("/v2", "v3"), ("/v2/deep", "v2"), ("/v2/deep/er", "v2"), ("/v2/deeper", "v3"),
    ("/re/42", "v2"), ("/re/x", 404), ("/", 404),
])
def test_path(paths, path, expected):
    assert _who(get(paths, path)) == expected


@pytest.fixture(scope="module")
def fields(serve):
    return serve(r.http_route("fields",
        r.rule("v1", matches=[_match(headers={"version": "one"}), _match(query={"animal": "whale"})]),
        r.rule("v2", matches=[_match(headers={"version": "two", "color": "blue"}), _match(query={"animal": "dolphin", "color": "blue"})]),
        r.rule("v3", matches=[_match(method="DELETE"), _match(path="/put", method="PUT")])))


@pytest.mark.parametrize("method, target, headers, expected", [
    ("GET", "/", {"version": "one"}, "v1"),
    ("GET", "/", {"VERSION": "one"}, "v1"),
    ("GET", "/", {"version": "One"}, 404),
    ("GET", "/", {"version": "two"}, 404),
    ("GET", "/", {"version": "two", "color": "blue"}, "v2"),
    ("GET", "/?animal=whale", {}, "v1"),
    ("GET", "/?Animal=whale", {}, 404),
    ("GET", "/?animal=dolphin", {}, 404),
    ("GET", "/?color=blue&animal=dolphin", {}, "v2"),
    ("DELETE", "/any", {}, "v3"),
    ("PUT", "/put/x", {}, "v3"),
    ("PUT", "/x", {}, 404),
    ("GET", "/", {}, 404),
])
def test_header_query_and_method(fields, method, target, headers, expected):
    with RawClient(fields) as client:
        assert _who(client.request(method, target, fields=headers)) == expected


@pytest.fixture(scope="module")
def precedence(serve):
    """Every pair of these rules overlaps; the written order is the reverse of the right one where it can be."""
    return serve(
        r.http_route("b-younger", r.rule("v3", matches=[_match(path="/tie")]), created="2025-02-01T00:00:00Z"),
        r.http_route("a-older", r.rule("v1", matches=[_match(path="/tie")]), created="2025-01-01T00:00:00Z"),
        r.http_route("name-b", r.rule("v3", matches=[_match(path="/name")]), created="2025-01-01T00:00:00Z"),
        r.http_route("name-a", r.rule("v1", matches=[_match(path="/name")]), created="2025-01-01T00:00:00Z"),
        r.http_route("rules",
            r.rule("v1", matches=[_match(path="/")]),
            r.rule("v2", matches=[_match(path="/long")]),
            r.rule("v3", matches=[_match(exact="/long")]),
            r.rule("v1", matches=[_match(path="/m")]),
            r.rule("v2", matches=[_match(path="/m", headers={"a": "1", "b": "2"})]),
            r.rule("v3", matches=[_match(path="/m", method="GET")]),
            r.rule("v1", matches=[_match(path="/h", query={"q": "1"})]),
            r.rule("v2", matches=[_match(path="/h", headers={"a": "1"})]),
            r.rule("v3", matches=[_match(path="/h", headers={"a": "1", "b": "2"})]),
            r.rule("v1", matches=[_match(path="/same")]),
            r.rule("v2", matches=[_match(path="/same")]), created="2025-03-01T00:00:00Z"))


@pytest.mark.parametrize("target, headers, expected, why", [
    ("/x", {}, "v1", "only the root prefix matches"),
    ("/long/x", {}, "v2", "longest prefix"),
    ("/long", {}, "v3", "exact before prefix"),
    ("/m", {"a": "1", "b": "2"}, "v3", "method before headers"),
    ("/h?q=1", {"a": "1"}, "v2", "headers before query"),
    ("/h?q=1", {"a": "1", "b": "2"}, "v3", "more headers first"),
    ("/same", {}, "v1", "first rule of the route"),
    ("/tie", {}, "v1", "oldest route"),
    ("/name", {}, "v1", "alphabetical among equals"),
], ids=lambda value: value if isinstance(value, str) and " " in value else None)
def test_precedence(precedence, target, headers, expected, why):
    assert _who(get(precedence, target, fields=headers)) == expected, why


@pytest.fixture(scope="module")
def hosts(serve):
    return serve(
        r.http_route("exact", r.rule("v1"), hostnames=["api.example.test"]),
        r.http_route("wild", r.rule("v2"), hostnames=["*.example.test"]),
        r.http_route("deep", r.rule("v3"), hostnames=["*.deep.example.test"]))


@pytest.mark.parametrize("host, expected", [
    ("api.example.test", "v1"), ("API.Example.Test", "v1"), ("api.example.test:8080", "v1"),
    ("other.example.test", "v2"), ("two.labels.example.test", "v2"), ("x.deep.example.test", "v3"),
    ("example.test", 404), ("example.test.evil", 404), ("notexample.test", 404), ("deep.example.test", "v2"),
    ("127.0.0.1", 404), ("", 404),
])
def test_hostname(hosts, host, expected):
    assert _who(get(hosts, host=host)) in (expected, 400 if host == "" else expected)


@pytest.fixture(scope="module")
def isolated(serve):
    """Listener isolation: the most specific listener takes the request, even if it then has no route for it."""
    def listeners(port):
        names = {"empty": None, "wild": "*.example.test", "deep": "*.foo.example.test", "exact": "abc.foo.example.test"}
        return [r.listener(n, port, **({"hostname": h} if h else {})) for n, h in names.items()]

    return serve(*(r.http_route(section, r.rule("v1", path=f"/{section}"), section=section)
                   for section in ("empty", "wild", "deep", "exact")), listeners=listeners)


HOSTS = {"bar.test": "empty", "bar.example.test": "wild", "bar.foo.example.test": "deep", "abc.foo.example.test": "exact"}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("section", ["empty", "wild", "deep", "exact"])
def test_listener_isolation(isolated, host, section):
    expected = "v1" if HOSTS[host] == section else 404
    assert _who(get(isolated, f"/{section}", host=host)) == expected


def test_unknown_host_and_path_are_404_with_a_body(hosts):
    response = get(hosts, host="nobody.test")
    assert response.status == 404 and response.body
