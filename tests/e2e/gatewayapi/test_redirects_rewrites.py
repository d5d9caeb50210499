"""RequestRedirect and URLRewrite filters."""

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import get
from harness.upstream import Echoed

PREFIX = {"type": "ReplacePrefixMatch"}
FULL = {"type": "ReplaceFullPath"}


def _redirect(prefix, **redirect):
    return r.rule(path=prefix, filters=[{"type": "RequestRedirect", "requestRedirect": redirect}])


def _rewrite(prefix, **rewrite):
    return r.rule("upstream", path=prefix, filters=[{"type": "URLRewrite", "urlRewrite": rewrite}])


@pytest.fixture(scope="module")
def port(make_shared_gateway, make_shared_upstream):
    upstream, port = make_shared_upstream(), free_port()
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.service("upstream", upstream.port),
        r.http_route("redirects",
            _redirect("/host", hostname="example.org"),
            _redirect("/301", hostname="example.org", statusCode=301),
            _redirect("/303", statusCode=303), _redirect("/307", statusCode=307), _redirect("/308", statusCode=308),
            _redirect("/scheme", scheme="https"),
            _redirect("/port", port=8083),
            _redirect("/scheme-port", scheme="https", port=443),
            _redirect("/http80", scheme="http", port=80),
            _redirect("/prefix", path={**PREFIX, "replacePrefixMatch": "/new"}),
            _redirect("/root", path={**PREFIX, "replacePrefixMatch": "/"}),
            _redirect("/full", path={**FULL, "replaceFullPath": "/whole"})),
        r.http_route("rewrites",
            _rewrite("/strip", path={**PREFIX, "replacePrefixMatch": "/"}),
            _rewrite("/swap", path={**PREFIX, "replacePrefixMatch": "/three"}),
            _rewrite("/to-full", path={**FULL, "replaceFullPath": "/one"}),
            _rewrite("/to-host", hostname="one.test"),
            _rewrite("/both", hostname="one.test", path={**PREFIX, "replacePrefixMatch": "/b"}),
            r.rule("upstream", path="/with-header", filters=[
                {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "X-A", "value": "1"}]}},
                {"type": "URLRewrite", "urlRewrite": {"path": {**FULL, "replaceFullPath": "/h"}}}])))
    return port


@pytest.mark.parametrize("target, status, location", [
    ("/host/x?q=1", 302, "http://example.org:{port}/host/x?q=1"),
    ("/301", 301, "http://example.org:{port}/301"),
    ("/303", 303, "http://example.test:{port}/303"),
    ("/307", 307, "http://example.test:{port}/307"),
    ("/308", 308, "http://example.test:{port}/308"),
    ("/scheme", 302, "https://example.test/scheme"),
    ("/port", 302, "http://example.test:8083/port"),
    ("/scheme-port", 302, "https://example.test/scheme-port"),
    ("/http80", 302, "http://example.test/http80"),
    ("/prefix/x/y?q=1", 302, "http://example.test:{port}/new/x/y?q=1"),
    ("/prefix", 302, "http://example.test:{port}/new"),
    ("/root/x", 302, "http://example.test:{port}/x"),
    ("/root", 302, "http://example.test:{port}/"),
    ("/full/x?q=1", 302, "http://example.test:{port}/whole?q=1"),
])
def test_redirect(port, target, status, location):
    response = get(port, target)
    assert (response.status, response.get("location")) == (status, location.format(port=port))


@pytest.mark.parametrize("target, upstream_target, host", [
    ("/strip/two", "/two", "example.test"),
    ("/strip", "/", "example.test"),
    ("/strip/?q=1", "/?q=1", "example.test"),
    ("/swap", "/three", "example.test"),
    ("/swap/", "/three/", "example.test"),
    ("/swap/x%2Fy?q=1", "/three/x%2Fy?q=1", "example.test"),
    ("/to-full/x?q=1", "/one?q=1", "example.test"),
    ("/to-host/x", "/to-host/x", "one.test"),
    ("/both/x", "/b/x", "one.test"),
    ("/with-header", "/h", "example.test"),
])
def test_rewrite(port, target, upstream_target, host):
    seen = Echoed(get(port, target))
    assert (seen.target, seen.get("host")) == (upstream_target, host)
