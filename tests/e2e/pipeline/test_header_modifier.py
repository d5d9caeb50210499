"""Fields by expressions: what decides on a route, what backends and clients get."""

import json

import pytest
from harness import resources as r
from harness.model_server import chat_request, serve_chat
from harness.ports import free_port
from harness.raw_client import post

CHAT = "/v1/chat/completions"
FIELDS = {"Content-Type": "application/json"}


def modifier(name, target, config, **more):
    processor = {"name": "fields", "type": "HeaderModifier", "config": config, **more}
    ref = {"group": "gateway.networking.k8s.io", "kind": target, "name": name if target == "HTTPRoute" else "gw"}
    return r.resource(r.OWN, "PayloadProcessingPipeline", name, spec={"targetRefs": [ref], "processors": [processor]})


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    model, port = make_shared_upstream(), free_port()
    tier = [{"headers": [{"name": "x-tier", "value": "large"}]}]
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.ai_backend("model", model.port),
        modifier("tiers", "Gateway", {"request": {"set": [
            {"name": "x-tier", "expression": 'model.startsWith("gpt-") ? "large" : "small"'}]}}),
        r.http_route("tiered", {**r.rule(r.backend_of("model")), "matches": tier}),
        r.http_route("counted", r.rule(r.backend_of("model"), path="/counted")),
        modifier("counted", "HTTPRoute", {
            "request": {"set": [{"name": "x-size", "expression": "size(payload)"}], "remove": ["x-debug"]},
            "response": {"set": [{"name": "x-tokens", "expression": "usage.total"}]}}),
        r.http_route("strict", r.rule(r.backend_of("model"), path="/strict")),
        modifier("strict", "HTTPRoute", {"request": {"set": [
            {"name": "x-team", "expression": 'request.headers["x-group"]'}]}}))
    return port, model


@pytest.fixture
def world(shared):
    port, model = shared
    model.forget()
    model.on_request = serve_chat
    yield shared
    model.check()


def test_a_field_by_the_model_decides_on_the_route(world):
    port, model = world
    assert post(port, CHAT, chat_request(), fields=FIELDS).status == 200
    assert model.requests[0].get("x-tier") == "large"
    assert post(port, CHAT, chat_request(model="other"), fields=FIELDS).status == 404
    assert len(model.requests) == 1


def test_fields_by_payload_and_usage(world):
    port, model = world
    body = chat_request()
    reply = post(port, "/counted" + CHAT, body, fields={**FIELDS, "X-Debug": "1"})
    asked = model.requests[0]
    assert (reply.status, asked.get("x-size")) == (200, str(len(body.decode())))
    assert asked.get("x-debug") is None
    assert reply.get("x-tokens") == str(json.loads(reply.body)["usage"]["total_tokens"])


def test_a_value_that_cannot_be_said_is_a_failure(world):
    port, model = world
    assert post(port, "/strict" + CHAT, chat_request(), fields=FIELDS).status == 500
    assert post(port, "/strict" + CHAT, chat_request(), fields={**FIELDS, "X-Group": "blue"}).status == 200
    assert [request.get("x-team") for request in model.requests] == ["blue"]
