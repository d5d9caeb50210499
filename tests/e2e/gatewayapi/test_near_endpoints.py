"""Endpoints on the gateway's own node, or in its zone, are preferred where a Service says so; processors prefer them anyway."""

import json

from harness import resources as r
from harness.model_server import chat_request, serve_chat
from harness.ports import free_port
from harness.raw_client import get, post

HERE = ("--node", "node-a", "--zone", "zone-1")


def placed_service(name, distribution, *places):
    """A Service whose endpoints are (port, node, zone)."""
    service, *slices = r.service(name, *(port for port, _, _ in places))
    if distribution:
        service["spec"]["trafficDistribution"] = distribution
    for made, (_, node, zone) in zip(slices, places):
        made["endpoints"][0] |= {"nodeName": node, "zone": zone}
    return [service, *slices]


def test_a_route_prefers_what_the_service_says(make_gateway, make_upstream):
    near, middle, far, port = make_upstream(), make_upstream(), make_upstream(), free_port()
    places = [(near.port, "node-a", "zone-1"), (middle.port, "node-b", "zone-1"), (far.port, "node-c", "zone-2")]
    make_gateway().start(
        r.gateway(r.listener("http", port)),
        *[part for name, distribution in (("node", "PreferSameNode"), ("zone", "PreferClose"), ("any", None))
          for part in (placed_service(name, distribution, *places),
                       r.http_route(name, r.rule(name, path=f"/{name}")))], options=HERE)
    by_name = {"near": near, "middle": middle, "far": far}
    for path, reached in (("/node", {"near"}), ("/zone", {"near", "middle"}), ("/any", set(by_name))):
        for upstream in by_name.values():
            upstream.forget()
        for _ in range(60):
            assert get(port, path).status == 200
        assert {name for name, upstream in by_name.items() if upstream.requests} == reached, path


def test_a_processor_asks_on_its_own_node(make_gateway, make_upstream):
    near, far, model, port = make_upstream(), make_upstream(), make_upstream(), free_port()
    model.on_request = serve_chat
    for judge in (near, far):
        judge.on_request = lambda connection, _: connection.respond(200, {}, json.dumps(
            {"id": "modr-1", "model": "omni", "results": [{"flagged": False, "categories": {}, "category_scores": {}}]}).encode())
    asked = {"name": "judge", "kind": "Service", "port": 80}
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "chat"}
    make_gateway().start(
        r.gateway(r.listener("http", port)), r.ai_backend("model", model.port), r.http_route("chat", r.rule(r.backend_of("model"))),
        placed_service("judge", None, (far.port, "node-b", "zone-1"), (near.port, "node-a", "zone-1")),
        r.resource(r.OWN, "PayloadProcessingPipeline", "judged", spec={"targetRefs": [target], "processors": [
            {"name": "judge", "type": "Moderation", "backendRef": asked}]}), options=HERE)
    for _ in range(8):
        assert post(port, "/v1/chat/completions", chat_request(), fields={"Content-Type": "application/json"}).status == 200
    assert len(near.requests) > 0 and far.requests == []
