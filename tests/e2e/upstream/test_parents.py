"""Backends that are gateways: CDN-Loop and the count of hops, loops, and retries that do not multiply."""

from harness import resources as r
from harness.ports import free_port
from harness.raw_client import get
from harness.upstream import Echoed


def _parent(name, port):
    return r.resource(r.OWN, "Backend", name, spec={
        "destination": {"type": "Ip", "ip": {"addresses": ["127.0.0.1"]}}, "ports": [{"number": port}], "parent": True})


def test_a_gateway_that_is_its_own_parent_answers_508(make_gateway):
    port = free_port()
    gateway = make_gateway().start(
        r.gateway(r.listener("http", port)), _parent("itself", port), r.http_route("all", r.rule(r.backend_of("itself"))))
    assert get(port).status == 508
    gateway.wait_for_log(lambda _: len(gateway.log()) == 2, "the loop ended at its second turn")


def test_the_first_gateway_alone_retries_and_both_are_named(make_gateway, make_upstream):
    upstream, inner, outer = make_upstream(), free_port(), free_port()
    retry = {"codes": [503], "attempts": 2, "backoff": "1ms"}
    make_gateway().start(r.gateway(r.listener("http", inner)), _parent("up", upstream.port),
                         r.http_route("all", r.rule(r.backend_of("up"), retry=retry)))
    make_gateway().start(r.gateway(r.listener("http", outer)), _parent("child", inner),
                         r.http_route("all", r.rule(r.backend_of("child"), retry=retry)))
    echoed = Echoed(get(outer))
    assert echoed.get("x-tidegate-hops") == "2"
    ids = echoed.get("cdn-loop").split(", ")
    assert len(set(ids)) == 2 and all(one.startswith("tidegate-") for one in ids)

    upstream.forget()
    upstream.on_request = lambda connection, _: connection.respond(503)
    assert get(outer).status == 503
    assert len(upstream.requests) == 3  # the outer one's three tries, each passed on once
